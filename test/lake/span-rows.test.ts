import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storedServices as services } from '../../src/catalog/catalog.ts'
import type { Row } from '../../src/engine/engine.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { type Attributes, at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld
let manifest: Manifest

const start = at('2026-05-01T10:00:00Z')
const second = 1_000_000_000n

const make = (
  trace: number,
  id: number,
  name: string,
  attributes: Attributes,
  more: Partial<SpanRow> = {},
): SpanRow => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  parent: id === 0 ? '' : spanId(0),
  ns: start + BigInt(id) * second,
  durationNs: second / 2n,
  name,
  attributes,
  ...more,
})

const agent = 'cx.interaction.agent'
const bot = 'cx.ai.conversation'

/** One value for each column of a service's catalog, by its type; `n` makes them differ from leg to leg. */
function fillAttributes(serviceName: string, n: number): Attributes {
  const columns = services.find(({ name }) => name === serviceName)?.columns ?? []
  const texts = {
    string: `text ${n}`,
    integer: String(n * 1000),
    double: `${n}.25`,
    boolean: n % 2 ? 'true' : 'false',
  }
  return Object.fromEntries(
    columns
      .filter(({ path }) => path.startsWith('Attributes.') && !path.includes('.insight.'))
      .map(({ path, type }) => [path.slice('Attributes.'.length), texts[type as keyof typeof texts]]),
  )
}

const typed = (n: number) => ({
  string: `text ${n}`,
  integer: n * 1000,
  double: n + 0.25,
  boolean: n % 2 === 1,
})

beforeAll(async () => {
  world = await createLakeWorld('span-rows')
  const odd: Attributes = {
    'cx.interaction.talk_ms': '20409.0',
    'cx.interaction.hold_ms': 'soon',
    'cx.interaction.mute_ms': '',
    'cx.interaction.acw_ms': '-5',
    'cx.interaction.transferred': 'True',
    'cx.webrtc.audio.mos_score': 'NaN',
    'cx.webrtc.audio.rtt_ms': 'Infinity',
    'cx.webrtc.audio.jitter_ms': '1e1',
    'cx.queue.name': '',
    'cx.agent.username': 'O\'Brien; DROP TABLE "x"',
  }
  await world.spans('a.parquet', [
    make(1, 1, agent, fillAttributes('agent_interaction', 1), {
      kind: 'SPAN_KIND_SERVER',
      status: 'Error',
      message: 'm',
    }),
    make(2, 1, agent, fillAttributes('agent_interaction', 2)),
    make(1, 2, 'cx.flow.node', fillAttributes('node_interaction', 3)),
    make(1, 3, bot, fillAttributes('ai_interaction', 5)),
    make(3, 1, agent, odd),
    make(4, 1, 'cx.interaction.agent.other', {}),
    // An escalated conversation, two legs after it, one before.
    make(10, 1, agent, { 'cx.agent.username': 'before' }),
    make(10, 2, bot, { 'cx.ai.escalated': 'true' }, { durationNs: second }),
    make(10, 4, agent, {
      'cx.agent.username': 'second',
      'cx.queue.name': 'sales',
      'cx.queue.wait_ms': '700',
      'cx.webrtc.audio.mos_score': '4.2',
    }),
    make(10, 3, agent, {
      'cx.agent.username': 'first',
      'cx.queue.name': 'support',
      'cx.queue.wait_ms': '900',
      'cx.webrtc.audio.mos_score': '3.9',
    }),
    // Not escalated, an agent nevertheless; escalated without a leg; a leg in another trace.
    make(11, 1, bot, { 'cx.ai.escalated': 'false' }),
    make(11, 2, agent, { 'cx.agent.username': 'not mine' }),
    make(12, 1, bot, { 'cx.ai.escalated': 'true' }),
    make(13, 1, bot, {}),
    make(13, 2, agent, { 'cx.agent.username': 'not mine either' }),
    // What the export says goes before what is derived.
    make(14, 1, bot, {
      'cx.ai.escalated': 'true',
      'cx.ai.handoff.queue_name': 'given',
      'cx.ai.handoff.mos_score': '1.5',
    }),
    make(14, 2, agent, {
      'cx.agent.username': 'a14',
      'cx.queue.name': 'derived',
      'cx.webrtc.audio.mos_score': '4',
    }),
    // Two conversations of one trace, each handed over.
    make(15, 1, bot, { 'cx.ai.escalated': 'true' }),
    make(15, 2, agent, { 'cx.agent.username': 'a15' }),
    make(15, 3, bot, { 'cx.ai.escalated': 'true' }),
    make(15, 4, agent, { 'cx.agent.username': 'b15' }),
  ])
  manifest = (await world.sync()).manifest
})
afterAll(() => world.close())

const rowsOf = (table: string, trace: number): Promise<readonly Row[]> =>
  world.query(
    `FROM (${readTable(manifest, world.lakeDir, table)}) WHERE trace_id = '${traceId(trace)}' ORDER BY "timestamp"`,
  )

describe('typed columns', () => {
  it.each([
    ['agent_interaction', 1, 1],
    ['agent_interaction', 2, 2],
    ['node_interaction', 1, 3],
    ['ai_interaction', 1, 5],
  ])(
    '%s: every column of the catalog holds the attribute of its path (trace %i)',
    async (table, trace, n) => {
      const [row] = await rowsOf(table, trace)
      const columns = services.find(({ name }) => name === table)?.columns ?? []
      const checked = columns.filter(
        ({ path }) => path.startsWith('Attributes.') && !path.includes('.insight.'),
      )
      expect(checked.length).toBeGreaterThan(25)
      for (const { name, type } of checked)
        expect(row?.[name], name).toBe(typed(n)[type as 'string' | 'integer' | 'double' | 'boolean'])
    },
  )

  it('carry the fields of the span', async () => {
    expect(await rowsOf('agent_interaction', 1)).toMatchObject([
      {
        trace_id: traceId(1),
        span_id: spanId(1),
        parent_span_id: spanId(0),
        timestamp: '2026-05-01T10:00:01Z',
        duration: 500_000_000,
        span_name: agent,
        span_kind: 'Server',
        service_name: 'app',
        status_code: 'Error',
        status_message: 'm',
      },
    ])
  })

  it('are NULL where a value is blank, absent or not of the type; the spans keep the text', async () => {
    const [row] = await rowsOf('agent_interaction', 3)
    expect(row).toMatchObject({
      attributes_cx_interaction_talk_ms: 20409,
      attributes_cx_interaction_hold_ms: null,
      attributes_cx_interaction_mute_ms: null,
      attributes_cx_interaction_acw_ms: -5,
      attributes_cx_interaction_transferred: true,
      attributes_cx_webrtc_audio_mos_score: null,
      attributes_cx_webrtc_audio_rtt_ms: null,
      attributes_cx_webrtc_audio_jitter_ms: 10,
      attributes_cx_queue_name: null,
      attributes_cx_queue_id: null,
      attributes_cx_agent_username: 'O\'Brien; DROP TABLE "x"',
      attributes: {},
    })
    const [span] = await world.query(
      `SELECT attributes FROM (${readTable(manifest, world.lakeDir, 'spans')}) WHERE trace_id = '${row?.['trace_id']}' AND span_id = '${row?.['span_id']}'`,
    )
    expect(span).toMatchObject({
      attributes: { 'cx.interaction.hold_ms': 'soon', 'cx.webrtc.audio.mos_score': 'NaN' },
    })
  })

  it('hold the spans of exactly their name', async () => {
    const [counts] = await world.query(`SELECT
  (SELECT count(*) FROM (${readTable(manifest, world.lakeDir, 'agent_interaction')})) AS agent,
  (SELECT count(*) FROM (${readTable(manifest, world.lakeDir, 'ai_interaction')})) AS ai,
  (SELECT count(*) FROM (${readTable(manifest, world.lakeDir, 'node_interaction')})) AS node`)
    expect(counts).toEqual({ agent: 11, ai: 8, node: 1 })
  })
})

describe('bot conversations', () => {
  const handoff = async (trace: number) =>
    (await rowsOf('ai_interaction', trace)).map((row) => [
      row['attributes_cx_ai_handoff_agent_username'],
      row['attributes_cx_ai_handoff_agent_span_id'],
      row['attributes_cx_ai_handoff_queue_name'],
      row['attributes_cx_ai_handoff_wait_ms'],
      row['attributes_cx_ai_handoff_mos_score'],
    ])

  it('that were escalated carry the first agent leg after them', async () => {
    expect(await handoff(10)).toEqual([['first', spanId(3), 'support', 900, 3.9]])
  })

  it('that were not, or whose leg is missing, carry none', async () => {
    const none = [[null, null, null, null, null]]
    expect(await handoff(11)).toEqual(none)
    expect(await handoff(12)).toEqual(none)
    expect(await handoff(13)).toEqual(none)
  })

  it('keep what the export itself says of the hand-off', async () => {
    expect(await handoff(14)).toEqual([['a14', spanId(2), 'given', null, 1.5]])
  })

  it('go to the leg of the lowest span id where several begin at once', async () => {
    const leg = (id: number, ns: bigint) => ({ id, ns, name: 'cx.interaction.agent' })
    const bot = (id: number, ns: bigint) => ({ id, ns, name: 'cx.ai.conversation' })
    const other = await createLakeWorld('hand-offs')
    try {
      await other.spans(
        'a.parquet',
        [bot(1, 10n), bot(2, 20n), bot(3, 21n), leg(9, 20n), leg(7, 20n), leg(8, 20n), leg(4, 12n)].map(
          ({ id, ns: offset, name }) => ({
            traceId: traceId(1),
            spanId: spanId(id),
            ns: at('2026-05-01T10:00:00Z') + offset,
            name,
            attributes: { 'cx.ai.escalated': 'true' },
          }),
        ),
      )
      const state = (await other.sync()).manifest
      expect(
        await other.query(`SELECT span_id, attributes_cx_ai_handoff_agent_span_id AS leg
FROM (${readTable(state, other.lakeDir, 'ai_interaction')}) ORDER BY span_id`),
      ).toEqual([
        { span_id: spanId(1), leg: spanId(4) },
        { span_id: spanId(2), leg: spanId(7) },
        { span_id: spanId(3), leg: null },
      ])
    } finally {
      await other.close()
    }
  })

  it('of one trace each find their own leg', async () => {
    expect(await handoff(15)).toEqual([
      ['a15', spanId(2), null, null, null],
      ['b15', spanId(4), null, null, null],
    ])
  })
})
