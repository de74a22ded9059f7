import fc from 'fast-check'
import type { WholeSpan } from './lake-formats.ts'
import { at, type LogRow, spanId, traceId } from './lake-rows.ts'

/** The formats in which an export can be dropped; each gives equal rows for equal spans. */
export const spanFormats = ['parquet', 'otlp', 'csv', 'mapped'] as const
export type SpanFormat = (typeof spanFormats)[number]

const hour = 3_600_000_000_000n
const start = at('2026-05-02T00:00:00Z')

const names = [
  'cx.journey',
  'cx.interaction.agent',
  'cx.ai.conversation',
  'cx.flow.node',
  'cx.queue.wait',
  'GET /ünïcode 日本',
]

/** Values that look like numbers, times and code, each of which must come back as it was. */
const tricky = [
  '5',
  '5.0',
  '2.5',
  '1e5',
  '007',
  '-0',
  'true',
  'false',
  'True',
  'null',
  'NaN',
  '2026-05-01',
  "O'Brien",
  'say "hi"',
  'back\\slash',
  'two\nlines',
  '{"a": [1]}',
  '日本語 🎧',
  'ﷺ\u200d\u202e',
]

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...tricky) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => `v${text}`),
  },
)

const attributes = fc.record(
  {
    'cx.agent.username': fc.constantFrom('eva', 'josé', '李'),
    'cx.ai.escalated': fc.constantFrom('true', 'false', 'perhaps'),
    'cx.webrtc.audio.mos_score': fc.constantFrom('2.125', '3.1', '4.7', 'soon'),
    'cx.interaction.talk_ms': fc.constantFrom('1000', '2500', '-1'),
    'cx.queue.name': fc.constantFrom('Sales', 'Größe', "it's"),
    'cx.ai.cost_usd': fc.constantFrom('0.1', '0.2', '0.7'),
    mixed: value,
    'größe.日本': value,
    "it's": value,
    plain: fc.integer({ min: -2, max: 9 }).map(String),
  },
  { requiredKeys: [] },
)

/** Over four days, close to midnights, in few enough places that equal times occur. */
const time = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }), fc.constantFrom(0n, 1n, 999n))
  .map(([day, halves, nanos]) => start + BigInt(day) * 24n * hour + (BigInt(halves) * hour) / 2n + nanos)

const event = fc.record({
  ns: time,
  name: fc.constantFrom('retry', 'größe'),
  attributes: fc.record({ a: value, b: value }, { requiredKeys: [] }),
})

const link = fc.record({
  traceId: fc.integer({ min: 0, max: 3 }).map(traceId),
  spanId: fc.integer({ min: 0, max: 3 }).map(spanId),
  attributes: fc.record({ a: value }, { requiredKeys: [] }),
})

/**
 * Spans of few traces and few ids, so that exports overlap, copies differ, parts come late, parents are missing and traces
 * have several roots.
 */
const span: fc.Arbitrary<WholeSpan> = fc
  .record({
    traceId: fc.integer({ min: 0, max: 5 }).map(traceId),
    spanId: fc.integer({ min: 0, max: 5 }).map(spanId),
    ns: time,
    durationNs: fc.constantFrom(0n, 1_000_000_000n, 1_000_000_000n, 30n * hour),
    parent: fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 7 }).map(spanId)),
    name: fc.constantFrom(...names),
    kind: fc.constantFrom('Internal', 'Server', 'Client'),
    service: fc.constantFrom('app', 'operata', 'šíp'),
    status: fc.constantFrom('Unset', 'Ok', 'Error'),
    message: fc.constantFrom('', '', 'it "broke"'),
    attributes,
    region: fc.constantFrom('eu', 'us'),
    events: fc.array(event, { maxLength: 2 }),
    links: fc.array(link, { maxLength: 1 }),
  })
  .map(({ region, ...row }) => ({
    ...row,
    resource: { 'service.name': row.service, 'cloud.region': region },
  }))

/** Log records of few kinds, so that copies occur; some belong to traces. */
const logRecord: fc.Arbitrary<LogRow> = fc.record({
  ns: time,
  body: fc.constantFrom('line', 'Größe "1"', '日本\nline'),
  traceId: fc.constantFrom('', traceId(0), traceId(1)),
  attributes: fc.record({ n: value }, { requiredKeys: [] }),
})

/** What an export holds: spans in one of the formats, or logs in one of two. */
export type ExportContent = Readonly<
  | { kind: 'spans'; format: SpanFormat; rows: readonly WholeSpan[] }
  | { kind: 'logs'; format: 'parquet' | 'otlp'; rows: readonly LogRow[] }
>

/** Columns of a mapping can't hold events and links. */
const toMappable = (row: WholeSpan): WholeSpan => ({ ...row, events: [], links: [] })

const spanExport = fc
  .record({ format: fc.constantFrom(...spanFormats), rows: fc.array(span, { minLength: 1, maxLength: 25 }) })
  .map(
    ({ format, rows }): ExportContent => ({
      kind: 'spans',
      format,
      rows: format === 'mapped' ? rows.map(toMappable) : rows,
    }),
  )

const logExport = fc.record({
  kind: fc.constant('logs' as const),
  format: fc.constantFrom('parquet' as const, 'otlp' as const),
  rows: fc.array(logRecord, { minLength: 1, maxLength: 10 }),
})

export const exportContent: fc.Arbitrary<ExportContent> = fc.oneof(
  { weight: 4, arbitrary: spanExport },
  { weight: 1, arbitrary: logExport },
)
