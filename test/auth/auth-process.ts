/**
 * A process of its own that works on a key file: `node auth-process.ts <path>`. Each line that it is sent is a request as
 * JSON, and is answered by one line: what was done, or `{"error": …}` with the details of an AppError.
 */
import { createInterface } from 'node:readline'
import { createKey } from '../../src/auth/create-key.ts'
import { openKeyStore } from '../../src/auth/key-store.ts'
import { openAuth } from '../../src/auth/open-auth.ts'

/** What a process can be asked for. */
export type AuthRequest = Readonly<
  | { do: 'create'; names: readonly string[] }
  | { do: 'revoke'; ids: readonly string[] }
  | { do: 'authenticate'; headers: readonly string[]; times: number }
  | { do: 'jwks' }
>

const path = process.argv[2] ?? ''
const auth = openAuth({ path, issuer: 'https://parquetry.example' })
const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

const create = (name: string) => {
  const store = openKeyStore(path)
  try {
    const request = { name, group: 'default', scopes: ['traces'], expires: undefined } as const
    const { key, record } = createKey(store, request, Date.now())
    return { key, id: record.id }
  } finally {
    store.close()
  }
}

const revoke = (id: string) => {
  const store = openKeyStore(path)
  store.revoke(id, Date.now())
  store.close()
  return id
}

async function authenticate(headers: readonly string[], times: number): Promise<unknown> {
  const seen: Record<string, number> = {}
  for (let i = 0; i < times; i++) {
    for (const header of headers) {
      const answer = await auth.authenticate(header)
      const kind = answer.ok ? 'ok' : answer.reason
      seen[kind] = (seen[kind] ?? 0) + 1
    }
  }
  return seen
}

const handle = (request: AuthRequest): unknown => {
  if (request.do === 'create') return request.names.map(create)
  if (request.do === 'revoke') return request.ids.map(revoke)
  return request.do === 'jwks' ? auth.jwks() : authenticate(request.headers, request.times)
}

const toError = (error: unknown) => ({ error: (error as { details?: unknown }).details ?? String(error) })

print('ready')
for await (const line of createInterface({ input: process.stdin })) {
  try {
    print(await handle(JSON.parse(line)))
  } catch (error) {
    print(toError(error))
  }
}
auth.close()
