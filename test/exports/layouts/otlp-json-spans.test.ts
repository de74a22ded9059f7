import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toSelect } from '../../../src/exports/canonical.ts'
import { otlpJson } from '../../../src/exports/layouts/otlp-json/otlp-json.ts'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { recognise, selectCanonical } from '../canonical-rows.ts'
import {
  batchOf,
  canonicalSpan,
  ns,
  readSpans,
  resource,
  scope,
  span,
  text,
  toSnake,
  tracesOf,
  writeLines,
} from './otlp-json-batches.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('otlp-json')
})

afterAll(() => world.close())

describe('spans in OTLP JSON', () => {
  it('reads a span whole', async () => {
    expect(await readSpans(world, tracesOf(span))).toEqual([canonicalSpan])
  })

  it('reads batches, scopes and lines of any number, each span with its own resource and scope', async () => {
    const other = {
      resource: { attributes: [text('service.name', 'bank')] },
      scopeSpans: [
        {
          scope: { name: 'two' },
          spans: [
            { ...span, spanId: spanId(2) },
            { ...span, spanId: spanId(3) },
          ],
        },
        { spans: [{ ...span, spanId: spanId(4) }] },
      ],
    }
    const rows = await readSpans(
      world,
      { resourceSpans: [batchOf(span), other] },
      tracesOf({ ...span, spanId: spanId(5) }),
    )
    expect(rows.map((row) => [row['span_id'], row['service_name'], row['scope_name']])).toEqual([
      [spanId(1), 'shop', 'lib'],
      [spanId(2), 'bank', 'two'],
      [spanId(3), 'bank', 'two'],
      [spanId(4), 'bank', null],
      [spanId(5), 'shop', 'lib'],
    ])
  })

  it.each([
    ['names in snake case', toSnake(tracesOf(span))],
    ['the key `batches` of Tempo', { batches: [batchOf(span)] }],
    ['an answer of Tempo', { trace: tracesOf(span), metrics: {} }],
    ['an answer of Tempo with `batches`', { trace: { batches: [batchOf(span)] } }],
    ['an answer of Tempo in snake case', { trace: toSnake(tracesOf(span)) }],
    [
      'scopes under their older name',
      {
        resourceSpans: [
          { resource, instrumentationLibrarySpans: [{ instrumentationLibrary: scope, spans: [span] }] },
        ],
      },
    ],
    ['times as numbers', tracesOf({ ...span, startTimeUnixNano: Number.NaN, endTimeUnixNano: Number.NaN })],
    [
      'enums as names',
      tracesOf({
        ...span,
        kind: 'SPAN_KIND_SERVER',
        status: { code: 'STATUS_CODE_ERROR', message: 'it broke' },
      }),
    ],
    [
      'base64 ids',
      tracesOf({
        ...span,
        traceId: Buffer.from(traceId(1), 'hex').toString('base64'),
        spanId: Buffer.from(spanId(1), 'hex').toString('base64'),
        parentSpanId: Buffer.from(spanId(9), 'hex').toString('base64'),
      }),
    ],
    ['attributes as plain objects', tracesOf({ ...span, attributes: { a: '1' } })],
    ['unknown fields', tracesOf({ ...span, flags: 256, droppedEventsCount: 1, extra: [{}] })],
  ])('reads %s', async (what, document) => {
    const whole = JSON.stringify(document).replace(/null/g, (_, offset: number, all: string) =>
      String(all.slice(0, offset).endsWith('"startTimeUnixNano":') ? ns : ns + 1_500_000_001n),
    )
    const path = `span-${what.replaceAll(/\W/g, '-')}.json`
    await writeFile(join(world.exportsDir, path), whole)
    const relations = (await recognise(world, path)).relations
    const rows = await world.query(relations.map(({ sql }) => `FROM (${sql})`).join(' UNION ALL '))
    expect(rows).toEqual([canonicalSpan])
  })

  it('takes the defaults of the protocol for what is left out', async () => {
    const bare = { traceId: traceId(1), spanId: spanId(1), name: 'bare', startTimeUnixNano: String(ns) }
    expect(await readSpans(world, { resourceSpans: [{ scopeSpans: [{ spans: [bare] }] }] })).toEqual([
      {
        ...canonicalSpan,
        parent_span_id: null,
        trace_state: null,
        span_name: 'bare',
        span_kind: 'Unspecified',
        service_name: null,
        duration_ns: 0,
        status_code: 'Unset',
        status_message: null,
        resource_attributes: {},
        attributes: {},
        scope_name: null,
        scope_version: null,
        events: [],
        links: [],
      },
    ])
  })

  it.each([
    ['""', ''],
    ['zeros', '0'.repeat(16)],
    ['null', null],
  ])('has no parent where it is %s', async (_, parent) => {
    expect(await readSpans(world, tracesOf({ ...span, parentSpanId: parent }))).toMatchObject([
      { parent_span_id: null },
    ])
  })

  it('gives NULL for values that make no sense, and keeps the row', async () => {
    const bad = {
      ...span,
      parentSpanId: 'parent',
      kind: {},
      startTimeUnixNano: String(ns),
      endTimeUnixNano: 'later',
      attributes: 'none',
      events: [{ timeUnixNano: 'soon', name: 'e', attributes: 5 }, null, 'x'],
      links: {},
      status: [],
    }
    const rows = await readSpans(world, tracesOf(bad, null, 5, 'x', []))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ span_id: spanId(1), parent_span_id: null, span_kind: 'Unspecified' })
    expect(rows[0]).toMatchObject({ duration_ns: 0, status_code: 'Unset', attributes: {}, links: [] })
    expect(rows[0]?.['events']).toMatchObject([
      { timestamp: canonicalSpan.timestamp, name: 'e', attributes: {} },
      {},
      {},
    ])
  })

  it.each([
    [5],
    ['x'],
    [{}],
    [[5, null, 'x']],
    [[{ resource: 5, scopeSpans: 'x' }]],
    [[{ scopeSpans: [5, null, { spans: {} }] }]],
  ])('finds no spans in %j', async (resourceSpans) => {
    expect(await readSpans(world, { resourceSpans })).toEqual([])
  })

  it.each(['resourceSpans', 'trace'])(
    'finds no spans where %s of a text file is no JSON, and those beside it',
    async (name) => {
      const good = JSON.stringify(name === 'trace' ? tracesOf(span) : tracesOf(span).resourceSpans)
      const from = `(SELECT unnest(['[{', '${good}', '', NULL]) AS "${name}")`
      const source = {
        path: 'x.csv',
        from,
        columns: new Map([[name, 'VARCHAR']]),
        tables: new Map(),
        meta: undefined,
      }
      const [first] = otlpJson.read(source)
      if (!first) throw new Error('no relation')
      expect(await world.query(toSelect(first))).toEqual([canonicalSpan])
    },
  )

  it('gives the columns the types of every other layout', async () => {
    await world.spans('model.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns }])
    const describeRows = async (path: string) => {
      const rows = await world.query(`DESCRIBE ${await selectCanonical(world, path, 'spans')}`)
      return rows.map((column) => [column['column_name'], column['column_type']])
    }
    expect(await describeRows(await writeLines(world, tracesOf(span)))).toEqual(
      await describeRows('model.parquet'),
    )
  })
})

describe('JSON that is no OTLP', () => {
  it.each([
    [{ resourceMetrics: [] }],
    [{ trace: { resourceSpans: [] }, level: 'info' }],
    [{ batches: [], total: 1 }],
  ])('is not taken for it: %j', async (document) => {
    const path = await writeLines(world, document)
    await expect(recognise(world, path)).rejects.toMatchObject({ details: { code: 'unreadable_file' } })
  })
})
