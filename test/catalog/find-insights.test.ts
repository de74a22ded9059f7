import { describe, expect, test } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import { findInsights } from '../../src/catalog/find-insights.ts'
import { insightRules, severities } from '../../src/catalog/insight-rules.ts'

const severityOf = (metric: string, value: string) => findInsights({ [metric]: value })[0]?.severity

const jitter = 'cx.webrtc.audio.jitter_ms'
const mos = 'cx.webrtc.audio.mos_score'

describe('limits are not part of what they limit', () => {
  test.each([
    [jitter, '30', undefined],
    [jitter, '30.0001', 'minor'],
    [jitter, '60', 'minor'],
    [jitter, '60.0001', 'severe'],
    [mos, '3.6', undefined],
    [mos, '3.5999', 'minor'],
    [mos, '3', 'minor'],
    [mos, '2.9999', 'severe'],
    ['cx.webrtc.audio.packet_loss_inbound_pct', '1', undefined],
    ['cx.webrtc.audio.packet_loss_inbound_pct', '1.01', 'minor'],
    ['cx.webrtc.audio.packet_loss_outbound_pct', '2.5', 'minor'],
    ['cx.webrtc.audio.packet_loss_outbound_pct', '2.51', 'severe'],
    ['cx.webrtc.audio.rtt_ms', '300', undefined],
    ['cx.webrtc.audio.rtt_ms', '501', 'severe'],
    ['cx.agent.connect_ms', '10001', 'minor'],
    ['cx.machine.cpu_used_pct', '90', 'minor'],
    ['cx.machine.memory_used_pct', '90.5', 'severe'],
    ['cx.flow.node.external_latency_ms', '3000', undefined],
    ['cx.webrtc.audio.packets_received', '0', 'terminal'],
    ['cx.webrtc.audio.packets_received', '0.0', 'terminal'],
    ['cx.webrtc.audio.packets_received', '1', undefined],
    ['cx.webrtc.failure', 'iceCollection', 'terminal'],
    ['cx.webrtc.failure', 'none', undefined],
    ['cx.webrtc.failure', '', undefined],
    ['cx.flow.node.error', 'true', 'severe'],
    ['cx.flow.node.error', 'false', undefined],
    ['cx.ai.end_state', 'Failure', 'severe'],
    ['cx.ai.end_state', 'Success', undefined],
  ])('%s = %s: %s', (metric, value, severity) => expect(severityOf(metric, value)).toBe(severity))
})

describe('texts that are numbers, and texts that are not', () => {
  test.each([
    ['31', 31],
    ['1e3', 1000],
    ['3.1E+2', 310],
    ['31.50', 31.5],
    ['9'.repeat(100), 1e100],
  ])('%j is %d', (text, observedValue) =>
    expect(findInsights({ [jitter]: text })).toMatchObject([{ tag: 'high_jitter', observedValue }]),
  )

  test.each([
    ...['', ' ', 'abc', 'NaN', 'null', '31 ms', '31,5', ' 31 ', '+31', '31\n'],
    ...['inf', 'Infinity', '-Infinity', '1e400', '1_000_000', '0x7FFF', '9'.repeat(101), '031'],
  ])('%j is no measurement', (text) => {
    const metrics = Object.fromEntries(
      [jitter, mos, 'cx.webrtc.audio.packets_received'].map((metric) => [metric, text]),
    )
    expect(findInsights(metrics)).toEqual([])
  })

  test('nothing there, nothing found', () => {
    expect(findInsights({})).toEqual([])
    expect(findInsights({ other: '1' })).toEqual([])
  })
})

describe('an insight', () => {
  test('says what was seen, what the limit is, and what to do', () => {
    expect(findInsights({ 'cx.webrtc.audio.packet_loss_inbound_pct': '2.75' })).toEqual([
      {
        tag: 'high_packet_loss_inbound',
        title: 'High inbound packet loss',
        category: 'network',
        severity: 'severe',
        direction: 'inbound',
        metric: 'Attributes.cx.webrtc.audio.packet_loss_inbound_pct',
        observedValue: 2.75,
        threshold: 2.5,
        unit: '%',
        recommendation: expect.stringContaining('The agent hears gaps.'),
      },
    ])
    expect(findInsights({ 'cx.webrtc.failure': 'gumTimeout' })).toMatchObject([
      { observedValue: 'gumTimeout', threshold: 'no failure', unit: '' },
    ])
  })

  test('the worst goes first, equals in the order of the rules', () => {
    const found = findInsights({
      'cx.machine.cpu_used_pct': '85',
      [jitter]: '45',
      [mos]: '2',
      'cx.ai.end_state': 'Failure',
      'cx.webrtc.audio.packets_received': '0',
    })
    expect(found.map(({ tag, severity }) => [tag, severity])).toEqual([
      ['zero_inbound_packets', 'terminal'],
      ['low_mos', 'severe'],
      ['bot_failure', 'severe'],
      ['high_jitter', 'minor'],
      ['high_cpu', 'minor'],
    ])
  })
})

describe('the rules', () => {
  const columns = new Map(
    services.flatMap((service) => service.columns.map((column) => [column.path, column] as const)),
  )

  test.each(insightRules.map((rule) => [rule.tag, rule] as const))(
    '%s looks at a column of the catalog, in its unit',
    (_tag, rule) => {
      const column = columns.get(rule.metric)
      expect(column?.type).toBeDefined()
      const isNumeric = rule.levels.some(({ threshold }) => typeof threshold === 'number')
      expect(['integer', 'double'].includes(column?.type ?? '')).toBe(isNumeric)
      if (rule.unit !== 'MOS') expect(column?.unit).toBe(rule.unit)
    },
  )

  test.each(insightRules.map((rule) => [rule.tag, rule] as const))(
    '%s names in its advice only columns that exist',
    (_tag, { recommendation }) => {
      for (const path of recommendation.match(/Attributes\.[\w.]*\w/g) ?? [])
        expect(columns.has(path), path).toBe(true)
    },
  )

  test('have each a tag of its own, and their worst level first', () => {
    const tags = insightRules.map(({ tag }) => tag)
    expect(new Set(tags).size).toBe(tags.length)
    for (const { levels } of insightRules) {
      const ranks = levels.map(({ severity }) => severities.indexOf(severity))
      expect(ranks).toEqual(ranks.toSorted((a, b) => b - a))
    }
  })
})
