import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Target, toRequest } from './compare-load.ts'
import { openConnection } from './connection.ts'
import { makeKey } from './data-folder.ts'
import { smallest } from './empty-server.ts'
import type { Era } from './messages.ts'
import { startServer } from './server-process.ts'
import type { Subject } from './subjects.ts'

/** The bare server, the stack around the empty tool, and the real server, each in a process of its own. */
export type Servers = Readonly<{
  /** Both sides of a subject, with answers of the same length; and that length in bytes. */
  toTargets(subject: Subject, era: Era): Promise<Readonly<{ bare: Target; ours: Target; bytes: number }>>
  close(): Promise<void>
}>

/** As far out of the way as they can be set. */
const limits = {
  PARQUETRY_REQUESTS_PER_MINUTE: '1000000',
  PARQUETRY_CONCURRENT_REQUESTS: '1000',
  PARQUETRY_LOG: 'error',
}

const scripts = {
  bare: fileURLToPath(new URL('./run-bare.ts', import.meta.url)),
  stack: fileURLToPath(new URL('./run-stack.ts', import.meta.url)),
}

async function measureAnswer(target: Target): Promise<number> {
  const connection = await openConnection(target.port)
  const body = await connection.ask(Buffer.from(toRequest(target)))
  connection.close()
  return body.length
}

/** Starts the three over a data folder and with a start script of ours. */
export async function openServers(data: string, entry: string): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'parquetry-http-load-'))
  const keys = join(folder, 'data')
  await mkdir(keys)
  const log = join(folder, 'servers.log')
  const name = `http-load-${process.pid}`
  const [stackKey, realKey] = [makeKey(keys, name), makeKey(data, name)]
  const bare = await startServer({ script: scripts.bare, log })
  const stack = await startServer({ script: scripts.stack, args: [keys], env: limits, log })
  const parquetry = await startServer({
    script: entry,
    args: ['serve', '--data', data, '--port', '0'],
    env: limits,
    log,
  })
  const all = { bare, stack, parquetry }
  const path = '/v1/mcp'
  return {
    toTargets: async (subject, era) => {
      const { pid, port } = all[subject.server]
      const { key } = subject.server === 'stack' ? stackKey : realKey
      const ours: Target = { pid, port, path, key, message: subject.ours(era) }
      const toBare = (size: number): Target => ({
        pid: bare.pid,
        port: bare.port,
        path: `${path}?${subject.part}=${size}`,
        message: subject.bare(era),
      })
      const bytes = await measureAnswer(ours)
      const least = smallest[subject.part]
      const missing = bytes - (await measureAnswer(toBare(least)))
      return { bare: toBare(least + Math.max(missing, 0)), ours, bytes }
    },
    close: async () => {
      await Promise.all(Object.values(all).map((server) => server.stop()))
      for (const { revoke } of [stackKey, realKey]) revoke()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
