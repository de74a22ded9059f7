import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import type { Row } from '../../src/engine/engine.ts'
import type { CanonicalRelation, Kind } from '../../src/exports/canonical.ts'
import { toSelect } from '../../src/exports/canonical.ts'
import { type ExportUnit, findExportUnits } from '../../src/exports/find-units.ts'
import type { Layout, Source } from '../../src/exports/layouts/layout.ts'
import { openSource } from '../../src/exports/open-source.ts'
import { recogniseExport } from '../../src/exports/recognise.ts'

/** A drop folder with a database to write and to read its files, and nothing of a lake. */
export type LayoutWorld = Readonly<{
  exportsDir: string
  /** Writes the rows of a SELECT to a Parquet file below the drop folder. */
  parquet(path: string, select: string): Promise<void>
  write(path: string, content: string | Uint8Array): Promise<void>
  units(): readonly ExportUnit[]
  open(path: string): Promise<Source>
  layoutOf(path: string): Promise<string>
  /** The canonical rows of one kind, or of all kinds alike where none is named, in order of span id and time. */
  rows(path: string, kind?: Kind): Promise<readonly Row[]>
  /** The canonical rows that a layout gives for a source which a test has built itself. */
  rowsOf(layout: Layout, source: Source): Promise<readonly Row[]>
  /** Column names and types of the canonical rows. */
  types(path: string, kind?: Kind): Promise<readonly (readonly unknown[])[]>
  /** What is said of a unit that can't be read. */
  refusal(path: string): Promise<unknown>
  query(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}>

const ordered = (sql: string) => `FROM (${sql}) ORDER BY span_id, "timestamp"`

function findRelation<R extends CanonicalRelation>(relations: readonly R[], kind: Kind | undefined): R {
  const relation = relations.find((candidate) => kind === undefined || candidate.kind === kind)
  if (!relation) throw new Error(`no ${kind} are given`)
  return relation
}

export async function createLayoutWorld(name: string): Promise<LayoutWorld> {
  const root = await mkdtemp(join(tmpdir(), `${name}-`))
  const [exportsDir, scratchDir] = [join(root, 'exports'), join(root, 'scratch')]
  await mkdir(exportsDir)
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [root],
    spillDirectory: join(root, 'spill'),
    memoryLimitMb: 1000,
    timeoutMs: 0,
  })
  const place = { engine, exportsDir, scratchDir }
  const query = (sql: string) => engine.run({ sql, params: [] })
  const prepare = async (path: string) => {
    const whole = join(exportsDir, path)
    await mkdir(dirname(whole), { recursive: true })
    return whole
  }
  const find = (path: string) => {
    const unit = findExportUnits(exportsDir).find((candidate) => candidate.path === path)
    if (!unit) throw new Error(`no export ${path}`)
    return unit
  }
  const select = async (path: string, kind?: Kind) =>
    findRelation((await recogniseExport(place, find(path))).relations, kind).sql
  return {
    exportsDir,
    parquet: async (path, rows) => {
      const whole = await prepare(path)
      await query(`COPY (${rows}) TO '${whole.replaceAll("'", "''")}' (FORMAT parquet)`)
    },
    write: async (path, content) => writeFile(await prepare(path), content),
    units: () => findExportUnits(exportsDir),
    open: (path) => openSource(place, find(path)),
    layoutOf: async (path) => (await recogniseExport(place, find(path))).layout,
    rows: async (path, kind) => query(ordered(await select(path, kind))),
    rowsOf: (layout, source) => query(ordered(toSelect(findRelation(layout.read(source), undefined)))),
    types: async (path, kind) => {
      const rows = await query(`DESCRIBE ${await select(path, kind)}`)
      return rows.map((column) => [column['column_name'], column['column_type']])
    },
    refusal: (path) =>
      recogniseExport(place, find(path)).then(
        () => 'it was read',
        (error: { details?: unknown }) => error.details ?? error,
      ),
    query,
    close: async () => {
      await engine.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** The types of the canonical columns, as the ClickHouse layout gives them. */
const attributes = 'MAP(VARCHAR, VARCHAR)'
export const spanTypes = [
  ['trace_id', 'VARCHAR'],
  ['span_id', 'VARCHAR'],
  ['parent_span_id', 'VARCHAR'],
  ['trace_state', 'VARCHAR'],
  ['span_name', 'VARCHAR'],
  ['span_kind', 'VARCHAR'],
  ['service_name', 'VARCHAR'],
  ['timestamp', 'TIMESTAMP_NS'],
  ['duration_ns', 'BIGINT'],
  ['status_code', 'VARCHAR'],
  ['status_message', 'VARCHAR'],
  ['resource_attributes', attributes],
  ['attributes', attributes],
  ['scope_name', 'VARCHAR'],
  ['scope_version', 'VARCHAR'],
  ['events', `STRUCT("timestamp" TIMESTAMP_NS, "name" VARCHAR, attributes ${attributes})[]`],
  ['links', `STRUCT(trace_id VARCHAR, span_id VARCHAR, trace_state VARCHAR, attributes ${attributes})[]`],
]

export const logTypes = [
  ['timestamp', 'TIMESTAMP_NS'],
  ['trace_id', 'VARCHAR'],
  ['span_id', 'VARCHAR'],
  ['trace_flags', 'BIGINT'],
  ['severity_text', 'VARCHAR'],
  ['severity_number', 'BIGINT'],
  ['service_name', 'VARCHAR'],
  ['body', 'VARCHAR'],
  ['event_name', 'VARCHAR'],
  ['resource_attributes', attributes],
  ['attributes', attributes],
  ['scope_name', 'VARCHAR'],
  ['scope_version', 'VARCHAR'],
]
