import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/core/json-value.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { selectBlock } from './tempo-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('tempo')
})

afterAll(() => world.close())

const folder = resolve(import.meta.dirname, '../../../../shared/data/traces/tempo')

const isThere = existsSync(folder)

type Raw = Readonly<Record<string, unknown>>

const rowsOf = (value: unknown) => (Array.isArray(value) ? (value as readonly Raw[]) : [])

const partOf = (value: unknown, name: string) => (value as Raw)[name]

/** The bytes of a blob as the engine prints it. */
const hexOf = (blob: unknown) =>
  String(blob).replaceAll(/\\x(..)|(.)/gs, (_, byte?: string, char?: string) =>
    (byte ?? (char ?? '').charCodeAt(0).toString(16).padStart(2, '0')).toLowerCase(),
  )

const firstOf = (value: unknown) => (Array.isArray(value) ? value[0] : value)

/** Keys and values of a raw holder: its list, the columns of fixed names, and those that the description names. */
function rawAttributes(holder: unknown, fixed: Readonly<Record<string, string>>, names: readonly string[]) {
  const listed = rowsOf(partOf(holder, 'Attrs')).map((attribute) => [
    attribute['Key'],
    ['Value', 'ValueInt', 'ValueDouble', 'ValueBool']
      .map((name) => firstOf(attribute[name]) ?? null)
      .find((value) => value !== null),
  ])
  const own = Object.entries(fixed).map(([column, key]) => [key, partOf(holder, column)])
  const spare = names.map((name, i) => [
    name,
    partOf(partOf(holder, 'DedicatedAttributes'), `String0${i + 1}`),
  ])
  const all = [...listed, ...own, ...spare].filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(all.map(([key, value]) => [key, String(value)]))
}

const httpColumns = { HttpMethod: 'http.method', HttpUrl: 'http.url', HttpStatusCode: 'http.status_code' }

const flatten = (traces: readonly Row[]) =>
  traces.flatMap((trace) =>
    rowsOf(trace['rs']).flatMap((batch) =>
      rowsOf(batch['ss']).flatMap((holder) =>
        rowsOf(holder['Spans']).map((span) => ({
          trace_id: hexOf(trace['TraceID']),
          span_id: hexOf(span['SpanID']),
          parent_span_id: hexOf(span['ParentSpanID']) || null,
          span_name: span['Name'],
          service_name: partOf(batch['Resource'], 'ServiceName'),
          start: String(span['StartTimeUnixNano']),
          duration_ns: span['DurationNano'],
          status_code: ['Unset', 'Ok', 'Error'][Number(span['StatusCode'])],
          resource_attributes: rawAttributes(batch['Resource'], { ServiceName: 'service.name' }, ['ip']),
          attributes: rawAttributes(span, httpColumns, ['instance', 'version', 'region', 'sampler.type']),
        })),
      ),
    ),
  )

const byIds = (a: Row, b: Row) =>
  `${a['trace_id']} ${a['span_id']} ${a['start']}` < `${b['trace_id']} ${b['span_id']} ${b['start']}` ? -1 : 1

describe.skipIf(!isThere)(`real Tempo blocks${isThere ? '' : ' (skipped: their folder is absent)'}`, () => {
  it.each([3, 4])('of version %i: every id, time, duration and attribute', async (version) => {
    const path = `vparquet${version}-data.parquet`
    cpSync(join(folder, path), join(world.exportsDir, path))
    const description: JsonValue = JSON.parse(
      readFileSync(join(folder, `vparquet${version}-meta.json`), 'utf8'),
    )
    const expected: readonly Row[] = flatten(
      await world.query(`SELECT "TraceID", rs FROM read_parquet('${join(world.exportsDir, path)}')`),
    ) as readonly Row[]
    const sql = await selectBlock(world, path, description)
    const rows = await world.query(
      `SELECT trace_id, span_id, parent_span_id, span_name, service_name, epoch_ns("timestamp")::VARCHAR AS start, duration_ns, status_code, resource_attributes, attributes FROM (${sql})`,
    )
    expect(rows).toHaveLength(570)
    expect(new Set(rows.map((row) => row['trace_id'])).size).toBe(134)
    expect(rows.filter((row) => row['parent_span_id'] === null)).toHaveLength(134)
    expect(rows.filter((row) => row['status_code'] === 'Error')).toHaveLength(3)
    expect(new Set(rows.map((row) => row['service_name'])).size).toBe(10)
    expect([...rows].sort(byIds)).toEqual([...expected].sort(byIds))
  })
})
