import { tmpdir } from 'node:os'
import { type Column, defineColumns } from '../../src/catalog/column.ts'
import type { Service } from '../../src/catalog/service.ts'
import type { JsonValue } from '../../src/core/json-value.ts'
import type { TimeRange } from '../../src/core/time-range.ts'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import type { Engine, Row, Statement, Value } from '../../src/engine/engine.ts'
import { compile } from '../../src/query/compile.ts'
import type { QuerySource } from '../../src/query/compiled.ts'
import { type QueryRequest, type QueryType, querySchemas } from '../../src/query/request/queries.ts'
import { createRows, rareKeys, type SampleRow, start } from './sample-rows.ts'

const columns: readonly Column[] = [
  ...defineColumns('', [
    ['TraceId', 'string', '', 'Trace'],
    ['SpanId', 'string', '', 'Span'],
    ['Timestamp', 'timestamp', 'UTC', 'Start'],
  ]),
  ...defineColumns('Attributes.', [
    ['text', 'string', '', 'Any text'],
    ['team', 'string', '', 'Few texts'],
    ['whole', 'integer', 'ms', 'Any 64-bit integer'],
    ['small', 'integer', '', 'Small integers'],
    ['real', 'double', '%', 'Quarters and NaN'],
    ['flag', 'boolean', '', 'Either'],
    ['moment', 'timestamp', 'UTC', 'A time'],
    ['void', 'integer', '', 'Never a value'],
  ]),
  { path: 'Attributes.od"d; --', name: 'od"d', type: 'integer', unit: '', meaning: 'A name with a quote' },
]

const rare: readonly Column[] = [
  { path: `Attributes.${rareKeys.text}`, name: 'rare_text', type: 'string', unit: '', meaning: '' },
  { path: `Attributes.${rareKeys.number}`, name: 'rare_number', type: 'double', unit: '', meaning: '' },
  { path: `Attributes.${rareKeys.flag}`, name: 'rare_flag', type: 'boolean', unit: '', meaning: '' },
  { path: `Attributes.${rareKeys.time}`, name: 'rare_time', type: 'timestamp', unit: '', meaning: '' },
]

const service: Service = {
  name: 'sample',
  grain: 'one row',
  use: 'tests',
  columns,
  nestedColumns: ['attributes', 'resource_attributes'],
}

/** All of the sample rows, and time before 1970. */
const wholeRange: TimeRange = { startNs: -(10n ** 18n), endNs: start * 2n }

export const source: QuerySource = {
  relation: 'SELECT * FROM sample',
  schema: { service, columns, rare, hasUnnamed: false },
  range: wholeRange,
  zone: 'UTC',
  nowMs: 0,
  measures: [],
}

const tableSql = `CREATE TABLE sample (
  trace_id VARCHAR, span_id VARCHAR, "timestamp" TIMESTAMP_NS, attributes_text VARCHAR, attributes_team VARCHAR,
  attributes_whole BIGINT, attributes_small BIGINT, attributes_real DOUBLE, attributes_flag BOOLEAN,
  attributes_moment TIMESTAMP_NS, attributes_void BIGINT, "od""d" BIGINT,
  attributes MAP(VARCHAR, VARCHAR), resource_attributes MAP(VARCHAR, VARCHAR))`

const insertSql = `(?, ?, make_timestamp_ns(CAST(? AS BIGINT)), ?, ?, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS DOUBLE),
  CAST(? AS BOOLEAN), make_timestamp_ns(CAST(? AS BIGINT)), NULL, CAST(? AS BIGINT),
  map_from_entries(CAST(CAST(? AS JSON) AS STRUCT(k VARCHAR, v VARCHAR)[])), MAP {})`

const toParams = (row: SampleRow): readonly Value[] => [
  row.traceId,
  row.spanId,
  row.ns,
  row.text,
  row.team,
  row.whole,
  row.small,
  row.real,
  row.flag,
  row.moment,
  row.small,
  JSON.stringify(Object.entries(row.attributes).map(([k, v]) => ({ k, v }))),
]

/** A locked-down database in memory. */
export const openEngine = (timeoutMs = 20_000): Promise<Engine> =>
  createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [],
    spillDirectory: `${tmpdir()}/parquetry-spill`,
    memoryLimitMb: 512,
    timeoutMs,
  })

async function insertRows(engine: Engine, rows: readonly SampleRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 100) {
    const some = rows.slice(i, i + 100)
    await engine.run({
      sql: `INSERT INTO sample VALUES ${some.map(() => insertSql).join(', ')}`,
      params: some.flatMap(toParams),
    })
  }
}

type Input<T extends QueryType> = Omit<
  Partial<Extract<QueryRequest, { type: T }>> & Record<string, unknown>,
  'type'
>

/** A request as the tool's input schema lets it through. */
export const parseRequest = <T extends QueryType>(type: T, input: Input<T>): QueryRequest =>
  ({ type, ...querySchemas[type].parse({ key: 'k', service: 'sample', ...input }) }) as QueryRequest

export const compileSample = <T extends QueryType>(type: T, input: Input<T>, from = source) =>
  compile(from, parseRequest(type, input), `queries.${type}[0]`)

export type Cells = readonly (JsonValue | undefined)[]

export type Sample = Readonly<{
  engine: Engine
  rows: readonly SampleRow[]
  run(statement: Statement): Promise<readonly Row[]>
  /** Compiles a query, has it explained, runs it, and gives its rows in the order of its columns. */
  query<T extends QueryType>(type: T, input: Input<T>, from?: QuerySource): Promise<readonly Cells[]>
  close(): Promise<void>
}>

export async function createSample(rows: readonly SampleRow[] = createRows(400, 1)): Promise<Sample> {
  const engine = await openEngine()
  await engine.run({ sql: tableSql, params: [] })
  await insertRows(engine, rows)
  const run = (statement: Statement) => engine.run(statement)
  return {
    engine,
    rows,
    run,
    query: async (type, input, from = source) => {
      const query = compileSample(type, input, from)
      await run({ ...query.statement, sql: `EXPLAIN ${query.statement.sql}` })
      const found = await run(query.statement)
      return found.map((row) => query.columns.map(({ name }) => row[name]))
    },
    close: () => engine.close(),
  }
}
