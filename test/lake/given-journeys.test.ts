import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attributes, at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld
let rows: ReadonlyMap<unknown, Readonly<Record<string, unknown>>>

const second = 1_000_000_000n

const agent = 'cx.interaction.agent'
const bot = 'cx.ai.conversation'
const node = 'cx.flow.node'
const queue = 'cx.queue.wait'

type Given = readonly [name: string, given: Attributes, parts: readonly string[], more?: Attributes]

/** What the root of a journey says, and its other spans of a second each, the last with `more` attributes. */
const journeys: readonly Given[] = [
  ['not abandoned, waited', { abandoned: 'false' }, [queue]],
  ['not abandoned, left a bot', { abandoned: 'false' }, [bot], { 'cx.ai.outcome': 'abandoned' }],
  ['not abandoned, left a menu', { abandoned: 'false' }, [node], { 'cx.flow.outcome': 'Abandoned' }],
  ['not abandoned, with a stage', { abandoned: 'false', abandon_stage: 'ringing' }, [queue]],
  ['abandoned, with a stage', { abandoned: 'true', abandon_stage: 'ringing' }, [queue]],
  ['abandoned, without a stage', { abandoned: 'true' }, [queue]],
  ['abandoned, without any stage', { abandoned: 'true' }, [queue, agent]],
  ['a stage only', { abandon_stage: 'ringing' }, [queue, agent]],
  ['another stage only', { abandon_stage: 'ringing' }, [queue]],
  ['an empty stage', { abandon_stage: '' }, [queue, agent]],
  ['neither readable', { abandoned: 'perhaps', abandon_stage: '' }, [queue]],
  [
    'figures beside spans',
    { had_agent: 'true', queue_wait_ms: '7', platforms: 'x,y,z', platform_count: '9' },
    [queue],
  ],
  ['a count of platforms only', { platform_count: '9' }, [queue]],
  [
    'figures alone',
    {
      had_agent: 'true',
      queue_wait_ms: '7000',
      last_queue_name: 'sales',
      cost_usd: '0.5',
      platforms: 'x,y',
      platform_count: '9',
      abandoned: 'false',
      abandon_stage: 'queue',
    },
    [],
  ],
]

function toSpans([, given, parts, more]: Given, trace: number): readonly SpanRow[] {
  const span = (i: number, name: string, attributes: Attributes): SpanRow => ({
    traceId: traceId(trace),
    spanId: spanId(i),
    parent: i === 0 ? '' : spanId(0),
    ns: at('2026-05-01T10:00:00Z') + BigInt(i) * second,
    durationNs: second,
    name,
    service: i === 0 ? 'amazon-connect' : 'softphone',
    attributes,
  })
  const children = parts.map((name, i) => span(i + 1, name, i === parts.length - 1 ? (more ?? {}) : {}))
  return [span(0, 'cx.journey', given), ...children]
}

beforeAll(async () => {
  world = await createLakeWorld('given-journeys')
  await world.spans('a.parquet', journeys.flatMap(toSpans))
  const { manifest } = await world.sync()
  const read = await world.query(`FROM (${readTable(manifest, world.lakeDir, 'journey_interaction')})`)
  rows = new Map(read.map((row) => [row['trace_id'], row]))
})
afterAll(() => world.close())

const journey = (name: string) => rows.get(traceId(journeys.findIndex(([each]) => each === name)))

describe('of what the platform says of an abandon', () => {
  it.each([
    ['not abandoned, waited', false, null],
    ['not abandoned, left a bot', false, null],
    ['not abandoned, left a menu', false, null],
    ['not abandoned, with a stage', false, null],
    ['abandoned, with a stage', true, 'ringing'],
    ['abandoned, without a stage', true, 'queue'],
    ['abandoned, without any stage', true, null],
    ['a stage only', true, 'ringing'],
    ['another stage only', true, 'ringing'],
    ['an empty stage', false, null],
    ['neither readable', true, 'queue'],
    ['figures alone', false, null],
  ])('both columns tell the same (%s)', (name, abandoned, stage) => {
    expect(journey(name)).toMatchObject({
      attributes_abandoned: abandoned,
      attributes_abandon_stage: stage,
    })
  })
})

describe('figures that the platform gives', () => {
  it('are not used where there are spans to compute them from', () => {
    expect(journey('figures beside spans')).toMatchObject({
      attributes_had_agent: false,
      attributes_queue_wait_ms: 1_000,
    })
  })

  it('stand where the journey is a single span', () => {
    expect(journey('figures alone')).toMatchObject({
      attributes_had_agent: true,
      attributes_had_queue: false,
      attributes_queue_wait_ms: 7_000,
      attributes_max_queue_wait_ms: 0,
      attributes_last_queue_name: 'sales',
      attributes_cost_usd: 0.5,
    })
  })

  it.each([
    ['figures beside spans', 'x,y,z', 3],
    ['figures alone', 'x,y', 2],
    ['a count of platforms only', 'amazon-connect,softphone', 2],
  ])('of platforms are always the number of their names (%s)', (name, platforms, count) => {
    expect(journey(name)).toMatchObject({
      attributes_platforms: platforms,
      attributes_platform_count: count,
    })
  })
})
