import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld
let connection: Connection

const first = at('2026-05-01T00:00:00Z')
const day = 86_400_000_000_000n

/** Four hundred traces of three spans over five days, some at one time; every 40th has an error, one has a name of its own. */
const many: readonly SpanRow[] = Array.from({ length: 400 }, (_, i) => {
  const ns = first + (BigInt((i * 7919) % 200) * day) / 40n
  const trace = { traceId: traceId(i), service: i === 123 ? 'rare' : 'app' }
  return [
    { ...trace, spanId: spanId(1), ns, name: 'root' },
    { ...trace, spanId: spanId(2), parent: spanId(1), ns: ns + 5n, status: i % 40 === 0 ? 'Error' : 'Ok' },
    { ...trace, spanId: spanId(3), parent: spanId(1), ns: ns + day / 2n },
  ]
}).flat()

const moved = traceId(5001)
const overMidnight = traceId(5002)
const logged = traceId(5003)
const gone = traceId(5004)
const onlyLogs = traceId(5005)

const shortCopies: readonly SpanRow[] = [
  { traceId: moved, spanId: spanId(1), ns: at('2026-05-02T10:00:00Z'), durationNs: 1n },
  { traceId: overMidnight, spanId: spanId(1), ns: at('2026-05-02T23:59:59.999Z'), durationNs: 1n },
]
/** Of copies the longest is kept: these, which begin later. */
const longCopies: readonly SpanRow[] = [
  { traceId: moved, spanId: spanId(1), ns: at('2026-05-02T10:00:00Z', 123n), durationNs: 2n },
  { traceId: overMidnight, spanId: spanId(1), ns: at('2026-05-03T00:00:00.001Z'), durationNs: 2n },
]

beforeAll(async () => {
  world = await createLakeWorld('trace-places')
  await world.spans('many.parquet', many)
  await world.spans('short.parquet', shortCopies)
  await world.spans('long.parquet', longCopies)
  await world.spans('logged.parquet', [
    { traceId: logged, spanId: spanId(1), ns: at('2026-05-02T10:00:00Z') },
  ])
  await world.spans('gone.parquet', [{ traceId: gone, spanId: spanId(1), ns: at('2026-05-02T10:00:00Z') }])
  await world.logs('logs.parquet', [
    { ns: at('2026-05-02T10:00:01Z'), body: 'same day', traceId: logged, spanId: spanId(1) },
    { ns: at('2026-05-04T10:00:00Z'), body: 'two days later', traceId: logged, spanId: spanId(1) },
    { ns: at('2026-04-20T10:00:00Z'), body: 'alone', traceId: onlyLogs, spanId: spanId(1) },
  ])
  await world.logs('gone-logs.parquet', [
    { ns: at('2026-05-03T10:00:00Z'), body: 'gone', traceId: logged, spanId: spanId(1) },
  ])
  await world.sync()
  for (const path of ['gone.parquet', 'gone-logs.parquet']) await rm(`${world.exportsDir}/${path}`)
  connection = await connectInMemory(world.root, { PARQUETRY_IMPORT_WAIT_MS: '60000' })
})
afterAll(async () => {
  await connection.close()
  await world.close()
})

type Listed = Readonly<{
  traces: readonly Readonly<{ traceId: string; startTime: string }>[]
  nextCursor?: string
}>

const whole = { startTime: '2026-04-01T00:00:00Z', endTime: '2026-06-01T00:00:00Z' }

async function listAll(args: Record<string, unknown>): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { structured, text } = await connection.call('traces_list', {
      ...whole,
      ...args,
      ...(cursor && { cursor }),
    })
    const page = structured as unknown as Listed
    expect(page.traces, text).toBeDefined()
    ids.push(...page.traces.map((trace) => trace.traceId))
    cursor = page.nextCursor
  } while (cursor)
  return ids
}

/** What the list should be, out of the rows that were written. */
function expected(sort: 'asc' | 'desc', isMatch: (row: SpanRow) => boolean): readonly string[] {
  const kept = [
    ...many,
    ...longCopies,
    { traceId: logged, spanId: spanId(1), ns: at('2026-05-02T10:00:00Z') },
  ]
  const matching = new Set(kept.filter(isMatch).map((row) => row.traceId))
  const starts = new Map<string, bigint>()
  for (const row of kept) {
    const known = starts.get(row.traceId)
    if (known === undefined || row.ns < known) starts.set(row.traceId, row.ns)
  }
  const sign = sort === 'asc' ? 1 : -1
  return [...starts]
    .filter(([id]) => matching.has(id))
    .sort(([a, x], [b, y]) => (x !== y ? (x < y ? -sign : sign) : a < b ? -sign : sign))
    .map(([id]) => id)
}

describe('traces_list over growing slices', () => {
  it.each((['asc', 'desc'] as const).flatMap((sort) => [1000, 60, 7].map((limit) => [sort, limit] as const)))(
    '%s, %i at a time: all traces, each once, in order',
    async (sort, limit) => {
      expect(await listAll({ sort, limit })).toEqual(expected(sort, () => true))
    },
  )

  it.each(['asc', 'desc'] as const)('%s: with a filter that few match', async (sort) => {
    const filters = [{ path: 'StatusCode', eq: 'Error' }]
    const wanted = expected(sort, ({ status }) => status === 'Error')
    expect(wanted).toHaveLength(10)
    expect(await listAll({ sort, limit: 3, filters })).toEqual(wanted)
  })

  it('with a filter that one matches, or none', async () => {
    expect(await listAll({ limit: 1, filters: [{ path: 'ServiceName', eq: 'rare' }] })).toEqual([
      traceId(123),
    ])
    expect(await listAll({ limit: 1, filters: [{ path: 'ServiceName', eq: 'nobody' }] })).toEqual([])
  })

  it('places a trace by the span that was kept', async () => {
    const at123 = { startTime: '2026-05-02T10:00:00.000000123Z', endTime: '2026-05-02T10:00:00.000000124Z' }
    expect(await listAll(at123)).toEqual([moved])
    const filters = [{ path: 'TraceId', eq: moved }]
    expect(await listAll({ ...at123, filters })).toEqual([moved])
    expect(await listAll({ endTime: '2026-05-02T10:00:00.000000123Z', filters })).toEqual([])
  })
})

describe('traces_get by the index', () => {
  const get = (id: string) => connection.call('traces_get', { traceId: id })

  it.each([
    ['begins later than a copy of its first span', moved, '1777716000000000123'],
    ['was moved over midnight by it', overMidnight, '1777766400001000000'],
  ])('finds a trace that %s', async (_, id, start) => {
    const { structured, text } = await get(id)
    expect(structured['spanCount'], text).toBe(1)
    expect(JSON.stringify(structured['resourceSpans'])).toContain(`"startTimeUnixNano":"${start}"`)
  })

  it.each([0, 123, 399])('finds trace %i with its late spans', async (i) => {
    expect((await get(traceId(i))).structured['spanCount']).toBe(3)
  })

  it('gives log records of whatever day, but none of an export that is gone', async () => {
    const { structured } = await get(logged)
    const text = JSON.stringify(structured['resourceLogs'])
    for (const body of ['same day', 'two days later']) expect(text).toContain(`"${body}"`)
    expect(text).not.toContain('"gone"')
    const page = await connection.call('traces_span_logs', { traceId: logged, spanId: spanId(1) })
    expect((page.structured['logs'] as { body: string }[]).map(({ body }) => body)).toEqual([
      'same day',
      'two days later',
    ])
  })

  it.each([
    ['of an export that is gone', gone],
    ['that only logs name', onlyLogs],
    ['that nobody has', traceId(9999)],
  ])('says that there is no trace %s', async (_, id) => {
    const { isError, text } = await get(id)
    expect(isError).toBe(true)
    expect(text).toContain(`There is no trace ${id}`)
  })

  it('gives the log records of a span that no export has', async () => {
    const { structured } = await connection.call('traces_span_logs', { traceId: onlyLogs, spanId: spanId(1) })
    expect((structured['logs'] as { body: string }[]).map(({ body }) => body)).toEqual(['alone'])
  })
})
