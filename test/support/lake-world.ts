import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { services } from '../../src/catalog/catalog.ts'
import { noProgress } from '../../src/core/progress.ts'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import type { Engine, Row } from '../../src/engine/engine.ts'
import { createLakeSnapshot, type LakeSnapshot } from '../../src/lake/lake-snapshot.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { type SyncResult, syncLake } from '../../src/lake/sync/sync-lake.ts'
import { type ColumnSql, type LogRow, type SpanRow, writeLogFile, writeSpanFile } from './lake-rows.ts'

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

/** A drop folder and a lake in a temporary folder of their own, with a database to write and to check with. */
export type LakeWorld = Readonly<{
  root: string
  exportsDir: string
  lakeDir: string
  engine: Engine
  spans(path: string, rows: readonly SpanRow[], columns?: ColumnSql): Promise<string>
  logs(path: string, rows: readonly LogRow[], columns?: ColumnSql): Promise<string>
  sync(lakeDir?: string): Promise<SyncResult>
  query(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}>

export async function createLakeWorld(name = 'lake'): Promise<LakeWorld> {
  const root = await mkdtemp(join(tmpdir(), `${name}-`))
  const exportsDir = join(root, 'exports')
  const lakeDir = join(root, 'lake')
  await mkdir(exportsDir)
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [root],
    spillDirectory: join(root, 'spill'),
    memoryLimitMb: 1000,
    timeoutMs: 0,
  })
  const place = async (path: string) => {
    const whole = join(exportsDir, path)
    await mkdir(dirname(whole), { recursive: true })
    return whole
  }
  return {
    root,
    exportsDir,
    lakeDir,
    engine,
    spans: async (path, rows, columns) => {
      const whole = await place(path)
      await writeSpanFile(engine, whole, rows, columns)
      return whole
    },
    logs: async (path, rows, columns) => {
      const whole = await place(path)
      await writeLogFile(engine, whole, rows, columns)
      return whole
    },
    sync: (to = lakeDir) =>
      syncLake({ exportsDir, lakeDir: to, memoryLimitMb: 1000 }, { log: silent, progress: noProgress }),
    query: (sql) => engine.run({ sql, params: [] }),
    close: async () => {
      await engine.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A published state as a snapshot. */
export const toSnapshot = (manifest: Manifest, lakeDir: string): LakeSnapshot =>
  createLakeSnapshot(lakeDir, manifest, { isImporting: false, failure: undefined })

/** SELECT of all rows of a table, straight from the lake's files. */
export function readTable(manifest: Manifest, lakeDir: string, table: string): string {
  const service = services.find(({ name }) => name === table)
  if (!service) throw new Error(`no table ${table}`)
  return toSnapshot(manifest, lakeDir).relation(service)
}
