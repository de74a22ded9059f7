import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createKey, type KeyRequest } from '../../src/auth/create-key.ts'
import { openKeyStore, toKeysPath } from '../../src/auth/key-store.ts'
import { type Auth, openAuth } from '../../src/auth/open-auth.ts'

export const issuer = 'https://parquetry.example'

/** A time to begin at, in ms since the epoch: 2026-05-01T00:00:00Z. */
export const start = Date.parse('2026-05-01T00:00:00Z')

/** A data folder of one test, gone after it. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parquetry-auth-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export type AuthWorld = Readonly<{
  path: string
  auth: Auth
  /** ms since the epoch; a test may set it. */
  clock: { ms: number }
  /** Makes a key as the command line does: through a connection of its own. */
  add(request?: Partial<KeyRequest>): Readonly<{ key: string; id: string }>
  revoke(id: string): void
}>

/** Keys in a folder of their own, with a clock that stands still. */
export function createAuthWorld(options: Readonly<{ path?: string; issuer?: string }> = {}): AuthWorld {
  const path = options.path ?? toKeysPath(createFolder())
  const clock = { ms: start }
  const auth = openAuth({ path, issuer: options.issuer ?? issuer, now: () => clock.ms })
  onTestFinished(() => auth.close())
  let made = 0
  return {
    path,
    auth,
    clock,
    add: (request = {}) => {
      const store = openKeyStore(path)
      const usual = { group: 'default', scopes: ['traces', 'knowledge'], expires: undefined } as const
      const { key, record } = createKey(store, { name: `key ${++made}`, ...usual, ...request }, clock.ms)
      store.close()
      return { key, id: record.id }
    },
    revoke: (id) => {
      const store = openKeyStore(path)
      store.revoke(id, clock.ms)
      store.close()
    },
  }
}

export const bearer = (credential: unknown): string => `Bearer ${credential}`

/** The form of a token request. */
export const toForm = (fields: Readonly<Record<string, string>>): URLSearchParams =>
  new URLSearchParams(fields)

/** A token for a key. */
export async function getToken(
  { auth }: Pick<AuthWorld, 'auth'>,
  key: string,
  scope?: string,
): Promise<string> {
  const form = toForm({ grant_type: 'client_credentials', client_secret: key, ...(scope && { scope }) })
  const { body } = await auth.issueToken(form, undefined)
  return String(body['access_token'])
}

/** What a function throws. */
export function catchError(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
