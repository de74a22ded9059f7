import { mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'
import { askRawExport } from '../support/raw-export.ts'

type Result = Readonly<{
  columns: { name: string; unit?: string }[]
  rows: (string | number | null)[][]
  note?: string
  others?: { values: number[] }
  error?: { code: string; message: string; next: string; expected?: string[]; nearest?: string[] }
}>

let data: string
let connection: Connection
type Rows = Awaited<ReturnType<typeof askRawExport>>

let legs: Rows
let journeys: Rows

beforeAll(async () => {
  const sample = inject('sampleData')
  // A data folder of its own, so that definitions can be written beside the shared lake.
  data = await mkdtemp(join(tmpdir(), 'parquetry-measures-'))
  for (const folder of ['exports', 'lake', 'knowledge'])
    await symlink(join(sample, folder), join(data, folder))
  connection = await connectInMemory(data)
  legs = await askRawExport(
    sample,
    `SELECT SpanAttributes['cx.queue.name'] AS queue,
  CAST(SpanAttributes['cx.interaction.talk_ms'] AS DOUBLE) AS talk,
  CAST(SpanAttributes['cx.interaction.hold_ms'] AS DOUBLE) AS hold,
  CAST(SpanAttributes['cx.interaction.acw_ms'] AS DOUBLE) AS acw,
  SpanAttributes['cx.interaction.transferred'] AS transferred,
  CAST(SpanAttributes['cx.webrtc.audio.mos_score'] AS DOUBLE) AS mos
FROM (SELECT DISTINCT ON (TraceId, SpanId) * FROM spans) WHERE SpanName = 'cx.interaction.agent'`,
  )
  journeys = await askRawExport(
    sample,
    `SELECT TraceId,
  bool_or(SpanName = 'cx.queue.wait') AS queued,
  bool_or(SpanName = 'cx.interaction.agent') AS agent,
  max(Duration) FILTER (WHERE SpanName = 'cx.queue.wait') / 1e6 AS longest,
  sum(Duration) FILTER (WHERE SpanName = 'cx.queue.wait') / 1e6 AS total
FROM (SELECT DISTINCT ON (TraceId, SpanId) * FROM spans) GROUP BY TraceId`,
  )
})
afterAll(async () => {
  await connection.close()
  await rm(data, { recursive: true, force: true })
})

const ask = async (queries: Record<string, unknown[]>) => {
  const { structured } = await connection.call('traces_query', { ...window, queries })
  return structured['results'] as Record<string, Result>
}

const scalar = (service: string, aggregates: object[], more: object = {}) =>
  ask({ scalar: [{ key: 'x', service, aggregates, ...more }] }).then(({ x }) => x as Result)

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const num = (value: unknown) => Number(value ?? 0)

describe('named measures', () => {
  it('are sums over sums, by group and for all others', async () => {
    const groups = Map.groupBy(
      legs.filter(({ talk }) => num(talk) > 0),
      ({ queue }) => queue,
    )
    const ahtOf = (some: typeof legs) =>
      sum(some.map(({ talk, hold, acw }) => num(talk) + num(hold) + num(acw))) / some.length / 1000
    const expected = [...groups]
      .map(([queue, some]) => [queue, ahtOf(some)] as const)
      .sort((a, b) => b[1] - a[1])
    const result = await scalar('agent_interaction', [{ name: 'aht', measure: 'aht' }], {
      grouping: ['Attributes.cx.queue.name'],
      filters: [{ path: 'Attributes.cx.queue.name', exists: true }],
      limit: 2,
      others: true,
    })
    expect(result.columns.map(({ name }) => name)).toEqual([
      'Attributes.cx.queue.name',
      'aht',
      'aht_numerator',
      'aht_denominator',
    ])
    for (const [i, [queue, aht]] of expected.slice(0, 2).entries()) {
      expect(result.rows[i]?.[0]).toBe(queue)
      expect(result.rows[i]?.[1]).toBeCloseTo(aht, 6)
    }
    const rest = expected.slice(2).flatMap(([queue]) => groups.get(queue) ?? [])
    expect(result.others?.values[0]).toBeCloseTo(ahtOf(rest), 6)
    expect(result.note).toContain('lower is better')
  })

  it('take parameters', async () => {
    const scored = legs.filter(({ mos }) => mos !== null)
    const share = (limit: number) => scored.filter(({ mos }) => num(mos) < limit).length / scored.length
    const result = await scalar('agent_interaction', [
      { name: 'usual', measure: 'poor_mos_rate' },
      { name: 'strict', measure: 'poor_mos_rate', parameters: { poor_below: 4.2 } },
    ])
    expect(result.rows[0]?.[0]).toBeCloseTo(share(3.6), 10)
    expect(result.rows[0]?.[1]).toBeCloseTo(share(4.2), 10)
    expect(share(4.2)).toBeGreaterThan(share(3.6))
  })

  it('leave short abandons out of service level and abandon rate', async () => {
    const answered = journeys.filter(({ queued, agent }) => queued && agent)
    const left = journeys.filter(({ queued, agent, total }) => queued && !agent && num(total) >= 5_000)
    const good = answered.filter(({ longest }) => num(longest) <= 30_000)
    const result = await scalar('journey_interaction', [
      { name: 'level', measure: 'service_level', parameters: { within_s: 30 } },
      { name: 'abandons', measure: 'abandon_rate' },
    ])
    const offered = answered.length + left.length
    expect(result.rows[0]?.[0]).toBeCloseTo(good.length / offered, 10)
    expect(result.rows[0]?.[1]).toBeCloseTo(left.length / offered, 10)
  })

  it('add up over the buckets of a series', async () => {
    const { whole, weeks } = (await ask({
      scalar: [
        {
          key: 'whole',
          service: 'journey_interaction',
          aggregates: [{ name: 'l', measure: 'service_level' }],
        },
      ],
      series: [
        {
          key: 'weeks',
          service: 'journey_interaction',
          interval: 'week',
          aggregates: [{ name: 'l', measure: 'service_level' }],
        },
      ],
    })) as Record<'whole' | 'weeks', Result>
    for (const column of [2, 3])
      expect(sum(weeks.rows.map((row) => num(row[column])))).toBe(whole.rows[0]?.[column - 1])
  })

  it('are compared with the test that suits them', async () => {
    const side = (queue: string) => ({ filters: [{ path: 'Attributes.cx.queue.name', eq: queue }] })
    const { c } = await ask({
      compare: [
        {
          key: 'c',
          service: 'agent_interaction',
          target: side('Claims'),
          baseline: side('Billing'),
          aggregates: [
            { name: 'aht', measure: 'aht' },
            { name: 'transfers', measure: 'transfer_rate' },
          ],
        },
      ],
    })
    const of = (queue: string) => legs.filter((leg) => leg['queue'] === queue && num(leg['talk']) > 0)
    const values = of('Claims').map(({ talk, hold, acw }) => (num(talk) + num(hold) + num(acw)) / 1000)
    const [aht, transfers] = c?.rows ?? []
    expect(aht?.[1]).toBeCloseTo(sum(values) / values.length, 2)
    expect(aht?.slice(5, 7)).toEqual([of('Claims').length, of('Billing').length])
    expect(aht?.[8]).toBe("Welch's t-test")
    expect(transfers?.[8]).toMatch(/Fisher|proportions/)
  })

  it('say what they need', async () => {
    const of = (service: string, aggregate: object) =>
      scalar(service, [{ name: 'x', ...aggregate }]).then(({ error }) => error)
    expect(await of('agent_interaction', { measure: 'occupancy' })).toMatchObject({ code: 'no_data' })
    expect(await of('agent_interaction', { measure: 'service_level' })).toMatchObject({
      code: 'invalid_argument',
      next: 'Set service to "journey_interaction".',
    })
    expect(await of('journey_interaction', { measure: 'service_lvl' })).toMatchObject({
      nearest: expect.arrayContaining(['service_level']),
    })
    expect(
      await of('journey_interaction', { measure: 'service_level', parameters: { withn_s: 1 } }),
    ).toMatchObject({ nearest: ['within_s'] })
    expect(await of('journey_interaction', { measure: 'service_level', fn: 'count' })).toMatchObject({
      message: expect.stringContaining('both fn and measure'),
    })
    expect(await of('journey_interaction', {})).toMatchObject({ expected: ['fn', 'measure'] })
  })
})

describe("an owner's measures", () => {
  const file = () => join(data, 'measures.yaml')
  const own = `measures:
  long_legs:
    title: Long legs
    definition: Legs longer than a limit.
    service: agent_interaction
    parameters:
      minutes: { default: 10, meaning: the limit }
    numerator: { fn: count, filters: [{ path: Attributes.cx.interaction.talk_ms, gt: { parameter: minutes, times: 60000 } }] }
    denominator: { fn: count }
`

  it('stand beside those that come with Parquetry, from the next call on', async () => {
    await writeFile(file(), own)
    const result = await scalar('agent_interaction', [{ name: 'x', measure: 'long_legs' }])
    const long = legs.filter(({ talk }) => num(talk) > 600_000)
    expect(result.rows[0]).toEqual([long.length / legs.length, long.length, legs.length])
    const schema = await connection.call('get_schema', {})
    expect(Object.keys(schema.structured['measures'] as object)).toEqual(
      expect.arrayContaining(['aht', 'long_legs']),
    )
  })

  it('are told with line and column where they are wrong; all else goes on', async () => {
    await writeFile(file(), own.replace('fn: count, filters', 'fn: avg, filters'))
    await utimes(file(), 1, 1)
    const { error } = await scalar('agent_interaction', [{ name: 'x', fn: 'count' }])
    expect(error).toBeUndefined()
    const schema = await connection.call('get_schema', {})
    expect(JSON.stringify(schema.structured['notes'])).toContain('measures.yaml:8:22')
    const answer = await connection.call('traces_query', {
      ...window,
      queries: {
        scalar: [{ key: 'x', service: 'agent_interaction', aggregates: [{ name: 'x', measure: 'aht' }] }],
      },
    })
    expect(answer.text).toContain('averages of averages')
  })
})
