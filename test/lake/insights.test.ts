import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findInsights } from '../../src/catalog/find-insights.ts'
import { insightRules } from '../../src/catalog/insight-rules.ts'
import { type Attributes, at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('insights')
})
afterAll(() => world.close())

const severityColumn = 'attributes_cx_insight_max_severity'

/** Imports one agent leg per set of attributes; gives what the lake found on each, in the same order. */
async function importLegs(sets: readonly Attributes[]) {
  const ns = at('2026-05-01T10:00:00Z')
  await world.spans(
    'legs.parquet',
    sets.map((attributes, i) => ({
      traceId: traceId(i),
      spanId: spanId(i),
      ns: ns + BigInt(i),
      name: 'cx.interaction.agent',
      attributes,
    })),
  )
  const { manifest } = await world.sync()
  const rows = await world.query(
    `SELECT attributes_cx_insight_count AS count, ${severityColumn} AS severity, attributes_cx_insight_tags AS tags
FROM (${readTable(manifest, world.lakeDir, 'agent_interaction')}) ORDER BY "timestamp"`,
  )
  return rows.map(({ count, severity, tags }) => ({
    count,
    severity,
    tags: tags === null ? [] : String(tags).split(',').sort(),
  }))
}

function expectedOf(attributes: Attributes) {
  const found = findInsights(attributes)
  return {
    count: found.length,
    severity: found[0]?.severity ?? null,
    tags: found.map(({ tag }) => tag).sort(),
  }
}

/** Numbers at, just below and just above each limit of a rule, and texts of every kind that may stand in an export. */
const valuesOf = insightRules.map((rule) => {
  const limits = rule.levels.flatMap(({ threshold }) => (typeof threshold === 'number' ? [threshold] : []))
  const borders = limits.flatMap((limit) => [
    String(limit),
    limit.toFixed(4),
    String(limit + 0.001),
    String(limit - 0.001),
    String(limit * 2),
    String(-limit),
    ` ${limit + 1} `,
    `+${limit + 2}`,
    `${limit + 3}e0`,
  ])
  const texts = [
    '',
    ' ',
    'none',
    'true',
    'false',
    'Failure',
    'Success',
    'gumTimeout',
    '0',
    '-0',
    'NaN',
    'nan',
    'inf',
    'Infinity',
    '-inf',
    '1e400',
    '-1e400',
    '1e99',
    '9'.repeat(100),
    '9'.repeat(101),
    '1_000_000',
    '0x7FFF',
    '0b11',
    '099999',
    '99999.',
    '.5',
    '99999\n',
    '\u00a099999',
    '９９９９９',
    'abc',
    '1,5',
  ]
  return { metric: rule.metric.slice('Attributes.'.length), values: [...borders, ...texts] }
})

describe('the issues of an agent leg', () => {
  it('begin beyond the limits, not at them', async () => {
    const cases: readonly (readonly [string, string, string | null])[] = [
      ['cx.webrtc.audio.jitter_ms', '30', null],
      ['cx.webrtc.audio.jitter_ms', '30.001', 'minor'],
      ['cx.webrtc.audio.jitter_ms', '60', 'minor'],
      ['cx.webrtc.audio.jitter_ms', '60.0', 'minor'],
      ['cx.webrtc.audio.jitter_ms', '60.001', 'severe'],
      ['cx.webrtc.audio.jitter_ms', 'NaN', null],
      ['cx.webrtc.audio.mos_score', '3.6', null],
      ['cx.webrtc.audio.mos_score', '3.60', null],
      ['cx.webrtc.audio.mos_score', '3.599', 'minor'],
      ['cx.webrtc.audio.mos_score', '3.0', 'minor'],
      ['cx.webrtc.audio.mos_score', '2.999', 'severe'],
      ['cx.webrtc.audio.packets_received', '0', 'terminal'],
      ['cx.webrtc.audio.packets_received', '0.0', 'terminal'],
      ['cx.webrtc.audio.packets_received', '1', null],
      ['cx.webrtc.audio.packets_received', '', null],
      ['cx.webrtc.failure', 'none', null],
      ['cx.webrtc.failure', '', null],
      ['cx.webrtc.failure', 'gumTimeout', 'terminal'],
    ]
    const found = await importLegs(cases.map(([key, value]) => ({ [key]: value })))
    expect(found.map(({ severity }, i) => [...(cases[i] ?? []).slice(0, 2), severity])).toEqual(cases)
    expect(found.map(({ count }) => count)).toEqual(cases.map(([, , severity]) => (severity ? 1 : 0)))
  })

  it('agree with findInsights for each value of each rule, and for thousands of mixtures', async () => {
    const single = valuesOf.flatMap(({ metric, values }) => values.map((value) => ({ [metric]: value })))
    let state = 12345
    const below = (n: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % n
    }
    const mixtures = Array.from({ length: 4000 }, () =>
      Object.fromEntries(
        valuesOf.flatMap(({ metric, values }) =>
          below(3) === 0 ? [] : [[metric, values[below(values.length)] as string] as const],
        ),
      ),
    )
    const sets = [...single, ...mixtures, {}]
    const expected = sets.map(expectedOf)
    expect(new Set(expected.map(({ severity }) => severity)).size).toBe(4)
    const found = await importLegs(sets)
    const wrong = sets.flatMap((attributes, i) =>
      JSON.stringify(found[i]) === JSON.stringify(expected[i])
        ? []
        : [{ attributes, found: found[i], expected: expected[i] }],
    )
    expect(wrong.slice(0, 3)).toEqual([])
    expect(found).toHaveLength(sets.length)
  })
})
