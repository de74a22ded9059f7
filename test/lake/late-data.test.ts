import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Row } from '../../src/engine/engine.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { findDifferences } from '../support/lake-compare.ts'
import { syncFolders } from '../support/lake-exports.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('late-data')
})
afterEach(() => world.close())

const second = 1_000_000_000n

const span = (trace: number, id: number, iso: string, more: Partial<SpanRow> = {}): SpanRow => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  parent: id === 1 ? '' : spanId(1),
  ns: at(iso),
  durationNs: 10n * second,
  ...more,
})

/** A contact that waits in a queue at the end of the first day. */
const early = [
  span(1, 1, '2026-05-01T23:50:00Z', { name: 'cx.journey', durationNs: 60n * second }),
  span(1, 2, '2026-05-01T23:50:05Z', {
    name: 'cx.ai.conversation',
    attributes: { 'cx.ai.escalated': 'true', 'cx.ai.outcome': 'escalated', 'cx.ai.cost_usd': '0.25' },
  }),
  span(1, 3, '2026-05-01T23:50:20Z', {
    name: 'cx.queue.wait',
    attributes: { 'cx.queue.name': 'support' },
    durationNs: 40n * second,
  }),
]

/** The agent legs of the contact, after midnight and two days later, and a contact of the later day. */
const late = [
  span(1, 4, '2026-05-02T00:01:00Z', {
    name: 'cx.interaction.agent',
    durationNs: 120n * second,
    attributes: {
      'cx.agent.username': 'eva',
      'cx.queue.name': 'support',
      'cx.queue.wait_ms': '40000',
      'cx.interaction.talk_ms': '90000',
      'cx.interaction.hold_ms': '5000',
      'cx.interaction.transferred': 'true',
      'cx.webrtc.audio.mos_score': '4.5',
    },
  }),
  span(1, 5, '2026-05-03T09:00:00Z', {
    name: 'cx.interaction.agent',
    durationNs: 60n * second,
    status: 'Error',
    attributes: {
      'cx.agent.username': 'josé',
      'cx.queue.name': 'second line',
      'cx.interaction.talk_ms': '30000',
      'cx.webrtc.audio.mos_score': '3.5',
    },
  }),
  span(2, 1, '2026-05-03T10:00:00Z', { name: 'cx.journey' }),
]

const rowsOf = (manifest: Manifest, table: string) =>
  world.query(
    `FROM (${readTable(manifest, world.lakeDir, table)}) WHERE trace_id = '${traceId(1)}' ORDER BY "timestamp"`,
  )

async function journeyOf(manifest: Manifest): Promise<Row> {
  const rows = await rowsOf(manifest, 'journey_interaction')
  expect(rows).toHaveLength(1)
  return Object.fromEntries(
    Object.entries(rows[0] ?? {}).map(([name, value]) => [name.replace(/^attributes_/, ''), value]),
  )
}

const unanswered = {
  timestamp: '2026-05-01T23:50:00Z',
  duration: 60e9,
  duration_ms: 60_000,
  end_time: '2026-05-01T23:51:00Z',
  had_bot: true,
  bot_count: 1,
  cost_usd: 0.25,
  had_queue: true,
  queue_count: 1,
  queue_wait_ms: 40_000,
  first_queue_name: 'support',
  last_queue_name: 'support',
  had_agent: false,
  agent_count: 0,
  agent_leg_count: 0,
  transfer_count: 0,
  agent_talk_ms: 0,
  time_to_agent_ms: null,
  last_agent_username: null,
  abandoned: true,
  abandon_stage: 'queue',
  min_mos_score: null,
  had_error: false,
}

const lastEnd = at('2026-05-03T09:01:00Z') - at('2026-05-01T23:50:00Z')

const answered = {
  ...unanswered,
  duration: Number(lastEnd),
  duration_ms: Number(lastEnd / 1_000_000n),
  end_time: '2026-05-03T09:01:00Z',
  last_queue_name: 'second line',
  had_agent: true,
  agent_count: 2,
  agent_leg_count: 2,
  transfer_count: 1,
  agent_talk_ms: 120_000,
  hold_ms: 5_000,
  time_to_agent_ms: 660_000,
  last_agent_username: 'josé',
  abandoned: false,
  abandon_stage: null,
  min_mos_score: 3.5,
  avg_mos_score: 4,
  had_error: true,
}

const handoff = (rows: readonly Row[]) =>
  rows.map((row) => [
    row['attributes_cx_ai_handoff_agent_username'],
    row['attributes_cx_ai_handoff_agent_span_id'],
    row['attributes_cx_ai_handoff_wait_ms'],
  ])

describe('a contact whose spans come in two exports days apart', () => {
  it('is one row with the figures of all that is there, after each drop and each removal', async () => {
    await world.spans('2026-05-01.parquet', early)
    const first = (await world.sync()).manifest
    expect(await journeyOf(first)).toMatchObject(unanswered)
    expect(handoff(await rowsOf(first, 'ai_interaction'))).toEqual([[null, null, null]])

    await world.spans('2026-05-03.parquet', late)
    const both = (await world.sync()).manifest
    expect(await journeyOf(both)).toMatchObject(answered)
    expect(handoff(await rowsOf(both, 'ai_interaction'))).toEqual([['eva', spanId(4), 40_000]])
    expect(await rowsOf(both, 'traces')).toMatchObject([
      {
        span_count: 5,
        error_count: 1,
        root_count: 1,
        duration: Number(lastEnd),
        root_span_name: 'cx.journey',
      },
    ])
    expect(await rowsOf(both, 'agent_interaction')).toMatchObject([
      { span_id: spanId(4), timestamp: '2026-05-02T00:01:00Z' },
      { span_id: spanId(5), timestamp: '2026-05-03T09:00:00Z' },
    ])
    const days = both.partitions.filter(({ table }) => table === 'agent_interaction').map(({ day }) => day)
    expect(days).toEqual(['2026-05-01'])

    await rm(join(world.exportsDir, '2026-05-01.parquet'))
    const rest = (await world.sync()).manifest
    expect(await journeyOf(rest)).toMatchObject({
      timestamp: '2026-05-02T00:01:00Z',
      agent_leg_count: 2,
      had_bot: false,
      had_queue: false,
      time_to_agent_ms: 0,
      span_name: 'cx.interaction.agent',
    })

    await world.spans('again/2026-05-01.parquet', early)
    await rm(join(world.exportsDir, '2026-05-03.parquet'))
    const again = (await world.sync()).manifest
    expect(await journeyOf(again)).toMatchObject(unanswered)
    expect(handoff(await rowsOf(again, 'ai_interaction'))).toEqual([[null, null, null]])
  })

  it('is the same in whichever order they come, and cut into a file for each span', async () => {
    await world.spans('b.parquet', late)
    await world.sync()
    await world.spans('a.parquet', early)
    const { manifest } = await world.sync()
    expect(await journeyOf(manifest)).toMatchObject(answered)
    const [pieces, piecesLake] = [join(world.root, 'pieces'), join(world.root, 'pieces-lake')]
    for (const [i, row] of [...late, ...early].entries()) await world.spans(`../pieces/${i}.parquet`, [row])
    const cut = await syncFolders(pieces, piecesLake)
    expect(cut.manifest.sources).toHaveLength(6)
    expect(
      await findDifferences(
        world,
        { manifest, lakeDir: world.lakeDir },
        { manifest: cut.manifest, lakeDir: piecesLake },
      ),
    ).toEqual([])
  })
})
