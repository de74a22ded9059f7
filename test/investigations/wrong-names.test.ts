import { describe, expect, it } from 'vitest'
import { askRepaired, repair } from './apply-hint.ts'
import { type Json, may, openInvestigation } from './investigation.ts'
import { nearRows } from './near.ts'
import { from, number, text } from './raw-sql.ts'

const investigation = openInvestigation()
const { ask, askRaw } = investigation

const service = 'agent_interaction'
const legs = from('cx.interaction.agent')
const queue = 'Attributes.cx.queue.name'
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const count = { name: 'legs', fn: 'count' }

const scalar = (query: Json) => ({
  ...may,
  queries: { scalar: [{ key: 'asked', service, aggregates: [count], ...query }] },
})

const countWhere = (condition: string) =>
  askRaw(`SELECT CAST(count(*) AS INTEGER) AS n ${legs} AND ${condition}`)

describe('a wrong name, put right by what the answer says', () => {
  it('a misspelt column of a filter', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ filters: [{ path: 'Attributes.cx.queue.nmae', eq: 'Sales' }] }),
    )
    expect(rows).toEqual(await countWhere(`${text('cx.queue.name')} = 'Sales'`))
  })

  it('a column without its prefix', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ aggregates: [{ name: 'mos', fn: 'avg', path: 'audio.mos_score' }] }),
    )
    const raw = await askRaw(`SELECT avg(${number('cx.webrtc.audio.mos_score')}) AS mos ${legs}`)
    expect(rows).toEqual(nearRows(raw))
  })

  it('a service in the plural', async () => {
    const rows = await askRepaired(investigation, scalar({ service: 'agent_interactions' }))
    expect(rows).toEqual(await countWhere('TRUE'))
  })

  it('a parameter as SQL calls it', async () => {
    const rows = await askRepaired(investigation, scalar({ group_by: [queue] }))
    const raw = await askRaw(
      `SELECT ${text('cx.queue.name')} AS queue, CAST(count(*) AS INTEGER) AS n ${legs} GROUP BY 1 ORDER BY n DESC, queue`,
    )
    expect(rows).toEqual(raw)
  })

  it('an operator that does not go with a number', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ filters: [{ path: 'Attributes.cx.interaction.hold_count', contains: '2' }] }),
    )
    expect(rows).toEqual(await countWhere(`${number('cx.interaction.hold_count')} = 2`))
  })

  it('an operator in camel case', async () => {
    const rows = await askRepaired(investigation, scalar({ filters: [{ path: queue, startsWith: 's' }] }))
    expect(rows).toEqual(await countWhere(`lower(${text('cx.queue.name')}) LIKE 's%'`))
  })

  it('an order by a column that the groups do not have', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ grouping: [queue], orders: [{ path: 'Attributes.cx.agent.username' }] }),
    )
    const raw = await askRaw(
      `SELECT ${text('cx.queue.name')} AS queue, CAST(count(*) AS INTEGER) AS n ${legs} GROUP BY 1 ORDER BY 1`,
    )
    expect(rows).toEqual(raw)
  })

  it('a folder of the documentation in the singular', async () => {
    const args = await repair(investigation, 'knowledge', { query: 'What is packet loss?', path: 'concept/' })
    const { passages } = await ask<{ passages: { file: string }[] }>('knowledge', args)
    expect(passages[0]?.file).toBe('docs-corpus/concepts/packet-loss.md')
    for (const { file } of passages) expect(file).toMatch(/^docs-corpus\/concepts\//)
  })

  it('a misspelt column of a grouping', async () => {
    const rows = await askRepaired(investigation, scalar({ grouping: ['Attributes.cx.queue.nmae'] }))
    expect(rows).toHaveLength(7)
  })

  it.each(['average', 'mean'])('an aggregate function by its whole word: %s', async (fn) => {
    const rows = await askRepaired(investigation, scalar({ aggregates: [{ name: 'mos', fn, path: mos }] }))
    const raw = await askRaw(`SELECT avg(${number('cx.webrtc.audio.mos_score')}) AS mos ${legs}`)
    expect(rows).toEqual(nearRows(raw))
  })

  it.each(['lessThan', '<'])('an operator in words or as a sign: %s', async (operator) => {
    const rows = await askRepaired(investigation, scalar({ filters: [{ path: mos, [operator]: 3 }] }))
    expect(rows).toEqual(await countWhere(`${number('cx.webrtc.audio.mos_score')} < 3`))
  })

  it('a required parameter under another name', async () => {
    const rows = await askRepaired(
      investigation,
      scalar({ aggregates: [{ name: 'mos', function: 'avg', path: mos }] }),
    )
    expect(rows).toHaveLength(1)
  })
})
