import { describe, expect, it } from 'vitest'
import { askRepaired, repair } from './apply-hint.ts'
import { type Json, may, openInvestigation, toResult } from './investigation.ts'
import { from, number, text } from './raw-sql.ts'

const investigation = openInvestigation()
const { ask, askRaw } = investigation

const service = 'agent_interaction'
const legs = from('cx.interaction.agent')
const queue = 'Attributes.cx.queue.name'
const count = { name: 'legs', fn: 'count' }

const scalar = (query: Json, options: Json = {}) => ({
  ...may,
  queries: { scalar: [{ key: 'asked', service, aggregates: [count], ...query }] },
  ...options,
})

const countWhere = (condition: string) =>
  askRaw(`SELECT CAST(count(*) AS INTEGER) AS n ${legs} AND ${condition}`)

describe('a wrong value, put right by what the answer says', () => {
  it('yes for true', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ filters: [{ path: 'Attributes.cx.interaction.transferred', eq: 'yes' }] }),
    )
    expect(rows).toEqual(await countWhere(`${text('cx.interaction.transferred')} = 'true'`))
  })

  it('a window that ends before it begins', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({}, { startTime: '2026-05-20T00:00:00Z', endTime: '2026-05-10T00:00:00Z' }),
    )
    expect(rows).toEqual(
      await countWhere(`"Timestamp" >= '2026-05-10 00:00:00' AND "Timestamp" < '2026-05-20 00:00:00'`),
    )
  })

  it('more rows than an answer may have', async () => {
    const table = { key: 'asked', service, columns: ['SpanId'], limit: 5_000 }
    const rows = await askRepaired(investigation, { ...may, max_tokens: 20_000, queries: { table: [table] } })
    const raw = await askRaw(
      `SELECT SpanId ${legs} ORDER BY "Timestamp" DESC, TraceId DESC, SpanId DESC LIMIT 1000`,
    )
    expect(rows).toEqual(raw)
  })

  it('an answer that does not fit', async () => {
    const days = Array.from({ length: 20 }, (_, i) => `2026-05-${String(i + 1).padStart(2, '0')}`)
    const compare = days.map((day) => ({
      key: `legs of ${day}`,
      service,
      target: { startTime: day, endTime: day },
      baseline: {},
      aggregates: [count],
    }))
    const wrong = { ...may, max_tokens: 500, queries: { compare } }
    const { results } = await ask<{ results: Record<string, { rows: unknown[][] }> }>(
      'traces_query',
      await repair(investigation, 'traces_query', wrong),
    )
    for (const day of days) {
      const [[legsOfDay] = []] = await countWhere(`CAST("Timestamp" AS DATE) = '${day}'`)
      expect(results[`legs of ${day}`]?.rows[0]?.slice(0, 2)).toEqual(['legs', legsOfDay])
    }
  })

  it.each(['sales', 'Tecnical Support'])('a value that no row has: %s', async (name) => {
    const rows = await askRepaired(investigation, scalar({ filters: [{ path: queue, eq: name }] }))
    expect(rows).toEqual(
      await countWhere(`${text('cx.queue.name')} = '${name === 'sales' ? 'Sales' : 'Technical Support'}'`),
    )
  })

  it('numbers, booleans and lists as text, which are read as they were meant, with a note of it', async () => {
    const filters = JSON.stringify([
      { path: 'Attributes.cx.interaction.talk_ms', gte: '60000', exists: 'true' },
    ])
    const answer = await ask<Json>('traces_query', scalar({ filters, limit: '5', grouping: queue }))
    const raw = await askRaw(`SELECT ${text('cx.queue.name')} AS queue, CAST(count(*) AS INTEGER) AS n ${legs}
      AND ${number('cx.interaction.talk_ms')} >= 60000 GROUP BY 1 ORDER BY n DESC, queue LIMIT 5`)
    expect(toResult(answer).rows).toEqual(raw)
    expect(answer['notes']).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/filters was JSON as text/),
        expect.stringMatching(/limit was a number as text/),
        expect.stringMatching(/grouping was a single value/),
      ]),
    )
  })

  it('a key that two queries have', async () => {
    const query = { key: 'asked', service, aggregates: [count] }
    const wrong = { ...may, queries: { scalar: [query, { ...query, service: 'ai_interaction' }] } }
    const { results } = await ask<{ results: Json }>(
      'traces_query',
      await repair(investigation, 'traces_query', wrong),
    )
    expect(Object.keys(results)).toHaveLength(2)
  })

  it.each([
    ['daily', 'day'],
    ['hourly', 'hour'],
  ])('an interval in other words: %s', async (interval, unit) => {
    const query = { key: 'asked', service, interval, aggregates: [count], limit: 1 }
    const rows = await askRepaired(investigation, { ...may, queries: { series: [query] } })
    const raw = await askRaw(
      `SELECT CAST(count(*) AS INTEGER) AS n ${legs} GROUP BY date_trunc('${unit}', "Timestamp") ORDER BY min("Timestamp") LIMIT 1`,
    )
    expect(rows.map((row) => row.slice(1))).toEqual(raw)
  })

  it.each(['Europe/Berlni', 'Berlin'])('a misspelt time zone: %s', async (timezone) => {
    const corrected = await repair(investigation, 'traces_query', scalar({}, { timezone }))
    expect(corrected['timezone']).toBe('Europe/Berlin')
  })

  it('a list where one value goes', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ filters: [{ path: queue, eq: ['Sales', 'Billing'] }] }),
    )
    expect(rows).toEqual(await countWhere(`${text('cx.queue.name')} IN ('Sales', 'Billing')`))
  })

  it('a window without data', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({}, { startTime: '2025-05-01', endTime: '2025-05-31' }),
    )
    expect(rows).toEqual(await countWhere('TRUE'))
  })
})
