import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createKey } from '../../src/auth/create-key.ts'
import { openKeyStore } from '../../src/auth/key-store.ts'
import { scopes } from '../../src/auth/principal.ts'
import { entry } from './server-process.ts'

/** Runs a command of Parquetry to its end; gives what it printed. Throws with what it said where it fails. */
export function runParquetry(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`parquetry ${args[0]} ended (${status}): ${stderr}`)
  return stdout
}

/** A data folder with sample exports of 31 days, made once. */
export async function makeSampleData(folder: string, journeys: number): Promise<string> {
  const exported = join(folder, 'exports')
  if (existsSync(exported)) return folder
  await mkdir(folder, { recursive: true })
  const unfinished = join(folder, 'unfinished')
  runParquetry(['generate-exports', '--out', unfinished, '--journeys', String(journeys)])
  await rename(unfinished, exported)
  return folder
}

/** A key for the default group of a data folder, with the way to take it back. */
export function makeKey(folder: string, name: string): Readonly<{ key: string; revoke(): void }> {
  const store = openKeyStore(join(folder, 'keys.sqlite'))
  const request = { name, group: 'default', scopes, expires: undefined }
  const { key, record } = createKey(store, request, Date.now())
  return {
    key,
    revoke: () => {
      store.revoke(record.id, Date.now())
      store.close()
    },
  }
}
