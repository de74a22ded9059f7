import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toSelect } from '../../../src/exports/canonical.ts'
import { layouts } from '../../../src/exports/layouts/layouts.ts'
import { createLayoutWorld, type LayoutWorld, spanTypes } from '../layout-world.ts'
import { flatJaeger } from './example-layout.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'

/** 2026-05-01T10:00:00.123456Z in microseconds. */
const start = Date.parse('2026-05-01T10:00:00.123Z') * 1000 + 456

const rows = `SELECT * FROM (VALUES
  ('${trace.toUpperCase()}', 'B7AD6B7169203331', '', 'GET /cart', 'shop', ${start}::BIGINT, 1500::BIGINT,
    MAP {'span.kind': 'server', 'error': 'True', 'otel.status_description': 'no stock', 'otel.scope.name': 'http'},
    MAP {'host.name': 'h1'},
    [{'timestamp': ${start + 7}::BIGINT, 'event': 'retry', 'fields': MAP {'attempt': '2'}}]),
  ('4bf92f', '00f067aa0ba902b7', 'b7ad6b7169203331', NULL, 'shop', ${start}::BIGINT, -5::BIGINT,
    MAP {'error': 'false', 'none': NULL}, NULL, NULL),
  ('no id', '0', 'no id either', 'lost', '', 9223372036854775807::BIGINT, NULL, NULL, NULL, [])
) AS t(traceID, spanID, parentSpanID, operationName, serviceName, startTime, duration, tags, processTags, logs)`

const empty = {
  parent_span_id: null,
  trace_state: null,
  span_kind: 'Unspecified',
  duration_ns: 0,
  status_code: 'Unset',
  status_message: null,
  resource_attributes: {},
  attributes: {},
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

const expected = [
  {
    ...empty,
    trace_id: '000000000000000000000000004bf92f',
    span_id: '00f067aa0ba902b7',
    parent_span_id: 'b7ad6b7169203331',
    span_name: '',
    service_name: 'shop',
    timestamp: '2026-05-01T10:00:00.123456Z',
    attributes: { error: 'false' },
  },
  {
    ...empty,
    trace_id: trace,
    span_id: 'b7ad6b7169203331',
    span_name: 'GET /cart',
    span_kind: 'Server',
    service_name: 'shop',
    timestamp: '2026-05-01T10:00:00.123456Z',
    duration_ns: 1_500_000,
    status_code: 'Error',
    status_message: 'no stock',
    resource_attributes: { 'host.name': 'h1' },
    attributes: {
      'span.kind': 'server',
      error: 'True',
      'otel.status_description': 'no stock',
      'otel.scope.name': 'http',
    },
    scope_name: 'http',
    events: [{ timestamp: '2026-05-01T10:00:00.123463Z', name: 'retry', attributes: { attempt: '2' } }],
  },
  { ...empty, trace_id: null, span_id: null, span_name: 'lost', service_name: null, timestamp: null },
]

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('example-layout')
})
afterAll(() => world.close())

const readRows = async (path: string) => world.rowsOf(flatJaeger, await world.open(path))

describe('the layout of docs/adding-a-layout.md', () => {
  it('stands there as it is tested here, its imports aside', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../../../docs/adding-a-layout.md'), 'utf8')
    const code = await readFile(resolve(import.meta.dirname, 'example-layout.ts'), 'utf8')
    const inPlace = code
      .replaceAll("'../../../src/exports/layouts/", "'../")
      .replaceAll("'../../../src/exports/", "'../../")
    // Here the layouts are further away than the values, there they are nearer: the order of imports is another.
    const withSortedImports = (text: string) => {
      const lines = text.split('\n')
      const isImport = (line: string) => line.startsWith('import ')
      return [...lines.filter(isImport).sort(), ...lines.filter((line) => !isImport(line))].join('\n')
    }
    const shown = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(withSortedImports(shown)).toBe(withSortedImports(inPlace))
  })

  it('reads Parquet, and rows that lack values or hold bad ones', async () => {
    await world.parquet('spans.parquet', rows)
    expect(await readRows('spans.parquet')).toEqual(expected)
    const [relation] = flatJaeger.read(await world.open('spans.parquet'))
    const types = relation ? await world.query(`DESCRIBE ${toSelect(relation)}`) : []
    expect(types.map((type) => [type['column_name'], type['column_type']])).toEqual(spanTypes)
  })

  it.each([['json'], ['csv']])('reads the same rows as %s', async (format) => {
    await world.query(`COPY (${rows}) TO '${world.exportsDir}/spans.${format}' (FORMAT ${format})`)
    expect(await readRows(`spans.${format}`)).toEqual(expected)
  })

  it('does without the columns that a file may lack', async () => {
    await world.parquet(
      'least.parquet',
      `SELECT * EXCLUDE (parentSpanID, serviceName, processTags, logs) FROM (${rows}) LIMIT 1`,
    )
    expect(await readRows('least.parquet')).toEqual([
      { ...expected[1], service_name: null, resource_attributes: {}, events: [] },
    ])
  })

  it('fits no file of another layout', async () => {
    await world.parquet('alone.parquet', rows)
    const source = await world.open('alone.parquet')
    expect([...layouts, flatJaeger].filter((layout) => layout.matches(source))).toEqual([flatJaeger])
  })
})
