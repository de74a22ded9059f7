import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { entry, startServer } from '../http/server-process.ts'
import { type Caller, isImported } from './calls.ts'
import { createClient } from './client.ts'
import { makeDocs, makeSecretDocs } from './docs.ts'
import { findLakeFault, makeGroup } from './group.ts'
import { openKeyRing } from './key-ring.ts'
import { mountSmallDisk } from './small-disk.ts'

/** Requests per minute of each key: more than a caller makes, less than one makes that doesn't rest. */
export const perMinute = 600

const callersPerGroup = 3
const diskMb = 160

/** A server over two groups with data, documentation and keys of their own, and all that is needed to try it. */
export async function openSoak() {
  const dir = await mkdtemp(join(tmpdir(), 'parquetry-soak-'))
  const data = join(dir, 'data')
  const teamDir = join(data, 'groups', 'team')
  const sample = { journeys: 1_500, days: 5 }
  const first = await makeGroup('default', data, join(dir, 'pool-default'), { ...sample, seed: 1 })
  const team = await makeGroup('team', teamDir, join(dir, 'pool-team'), { ...sample, seed: 2 })
  const docs = await makeDocs(join(dir, 'docs'))
  await makeSecretDocs(teamDir)
  const disk = mountSmallDisk(join(teamDir, 'lake'), diskMb)
  const ring = openKeyRing(join(data, 'keys.sqlite'))
  const log = join(dir, 'server.log')
  const preload = new URL('./report-memory.ts', import.meta.url).href
  const server = await startServer({
    script: entry,
    args: ['serve', '--data', data, '--docs', docs.folder, '--port', '0'],
    nodeArgs: ['--expose-gc', '--import', preload],
    env: { PARQUETRY_REQUESTS_PER_MINUTE: String(perMinute), PARQUETRY_MEMORY_MB: '512' },
    log,
    hasChannel: true,
  })
  const client = createClient(server.port)
  const groups = [first, team] as const
  const callers = groups.flatMap((group, at) =>
    Array.from({ length: callersPerGroup }, (_, n): Caller => {
      const { key } = ring.create(`caller-${group.name}-${n}`, group.name)
      return { client, key, group, other: at === 0 ? team : first, docs }
    }),
  )
  for (const caller of callers) while (!(await isImported(caller))) await sleep(500)
  return {
    dir,
    data,
    groups,
    docs,
    disk,
    ring,
    server,
    client,
    callers,
    readLog: () => readFile(log, 'utf8'),
    /** Stops the server and gives what is wrong with what it leaves. */
    finish: async (): Promise<readonly string[]> => {
      const code = await server.stop()
      const faults = groups.flatMap((group) => {
        const fault = findLakeFault(entry, group)
        return fault === undefined ? [] : [`the lake of ${group.name}: ${fault}`]
      })
      return code === 0 ? faults : [...faults, `the server ended with ${code}`]
    },
    close: async (isKept: boolean) => {
      ring.close()
      if (server.child.exitCode === null) server.child.kill('SIGKILL')
      disk?.unmount()
      if (!isKept) await rm(dir, { recursive: true, force: true })
    },
  }
}

export type Soak = Awaited<ReturnType<typeof openSoak>>
