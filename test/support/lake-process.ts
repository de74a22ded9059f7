/**
 * A process of its own that works on a lake: `node lake-process.ts import|read <exports> <lake>`. It says `ready` once it
 * is loaded, begins when it is sent a line, and prints what it did: an import its result, a reader each state that it saw.
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import { readManifest } from '../../src/lake/manifest.ts'
import { syncFolders } from './lake-exports.ts'
import { countState } from './lake-state.ts'

/** A reader's rest between two looks, so that readers leave the machine to the writer. */
const restMs = 50

const [mode, exportsDir = '', lakeDir = ''] = process.argv.slice(2)
const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

async function runImport(): Promise<void> {
  const { state, manifest } = await syncFolders(exportsDir, lakeDir)
  print({ state, generation: manifest.generation })
}

const isStale = (error: unknown) => (error as { details?: { code?: string } }).details?.code === 'stale'

/** Reads until its input ends; a state that was replaced in the middle of a statement is read anew. */
async function runReader(): Promise<void> {
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [lakeDir],
    spillDirectory: `${lakeDir}.${process.pid}.spill`,
    memoryLimitMb: 300,
    timeoutMs: 0,
  })
  const query = (sql: string) => engine.run({ sql, params: [] })
  let isOver = false
  lines.once('close', () => {
    isOver = true
  })
  while (!isOver) {
    const manifest = await readManifest(lakeDir)
    const counts = await countState({ query }, { manifest, lakeDir }).catch((error: unknown) => {
      if (isStale(error)) return undefined
      throw error
    })
    await delay(restMs)
    print(counts ? { generation: manifest.generation, counts } : { stale: manifest.generation })
  }
  await engine.close()
}

const lines = createInterface({ input: process.stdin })
print('ready')
await once(lines, 'line')
if (mode === 'read') await runReader()
else await runImport()
lines.close()
