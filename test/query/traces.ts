import type { Service } from '../../src/catalog/service.ts'
import { logs, spans, traces } from '../../src/catalog/services/telemetry.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { openEngine } from './sample.ts'

export type Span = Readonly<{
  trace: string
  id: string
  ns: bigint
  name: string
  status: string
  duration: bigint
}>

const types = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP_NS',
} as const

const createTable = (service: Service): string => {
  const columns = service.columns.map(({ name, type }) => `"${name}" ${types[type]}`)
  const nested = service.nestedColumns.map((name) => `"${name}" MAP(VARCHAR, VARCHAR)`)
  return `CREATE TABLE ${service.name} (${[...columns, ...nested].join(', ')})`
}

/** A trace id of 32 characters. */
export const traceId = (i: number): string => i.toString(16).padStart(32, '0')

export type Store = Readonly<{ engine: Engine; addSpans(added: readonly Span[]): Promise<void> }>

/** Tables of spans, of the traces made of them, and of logs. */
export async function createStore(): Promise<Store> {
  const engine = await openEngine()
  for (const service of [spans, traces, logs]) await engine.run({ sql: createTable(service), params: [] })
  return {
    engine,
    addSpans: async (added) => {
      for (let i = 0; i < added.length; i += 200) {
        const some = added.slice(i, i + 200)
        const row = '(?, ?, make_timestamp_ns(CAST(? AS BIGINT)), ?, ?, CAST(? AS BIGINT), MAP {})'
        await engine.run({
          sql: `INSERT INTO spans (trace_id, span_id, "timestamp", span_name, status_code, duration, attributes) VALUES ${some.map(() => row).join(', ')}`,
          params: some.flatMap(({ trace, id, ns, name, status, duration }) => [
            trace,
            id,
            ns,
            name,
            status,
            duration,
          ]),
        })
      }
      await engine.run({
        sql: `UPDATE spans SET trace_start = first FROM (SELECT trace_id AS id, min("timestamp") AS first FROM spans GROUP BY id) WHERE trace_id = id`,
        params: [],
      })
      await engine.run({
        sql: `CREATE OR REPLACE TABLE traces AS SELECT trace_id, min("timestamp") AS "timestamp", count(*) AS span_count FROM spans GROUP BY trace_id`,
        params: [],
      })
    },
  }
}
