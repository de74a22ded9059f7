import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { askRawExport } from '../support/raw-export.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

type Column = Readonly<{
  path: string
  service?: string
  filled?: number
  top?: string[]
  min?: number
  median?: number
  max?: number
}>
type Service = Readonly<{ name: string; rows: number; columns?: Record<string, string> }>
type Example = Readonly<{
  name: string
  arguments: { queries: Record<string, unknown> } & Record<string, unknown>
}>

describe('get_schema', () => {
  it('stays under 4,000 tokens by default, as structure and as text', async () => {
    const { structured, text } = await connection.call('get_schema', {})
    expect(JSON.stringify(structured).length / 4).toBeLessThan(4_000)
    expect(text.length / 4).toBeLessThan(4_000)
  })

  it('names every column of every service', async () => {
    const { structured } = await connection.call('get_schema', {})
    for (const service of structured['services'] as Service[]) {
      const paths = Object.entries(service.columns ?? {}).flatMap(([prefix, names]) =>
        names.split(', ').map((name) => prefix + name.replace(/:[idbt]$/, '')),
      )
      const known = services.find(({ name }) => name === service.name)?.columns ?? []
      expect(paths).toEqual(expect.arrayContaining(known.map(({ path }) => path)))
    }
  })

  it.each([
    {},
    { service: 'node_interaction' },
    { service: 'spans' },
    { service: 'logs' },
    { service: 'traces' },
  ])('gives an example for %j that runs as it stands', async (args) => {
    const { structured } = await connection.call('get_schema', args)
    const example = structured['example'] as Example
    const types = Object.keys(example.arguments.queries)
    expect(types).toEqual(expect.arrayContaining(['scalar', 'series', 'table', 'rate', 'facet']))
    const answer = await connection.call(example.name, example.arguments)
    const results = Object.values(
      answer.structured['results'] as Record<string, { error?: unknown; rowCount: number }>,
    )
    expect(results).toHaveLength(types.length)
    for (const result of results) {
      expect(result.error).toBeUndefined()
      expect(result.rowCount).toBeGreaterThan(0)
    }
  })

  it('describes a service with statistics of the data', async () => {
    const { structured } = await connection.call('get_schema', { service: 'agent_interaction' })
    const columns = structured['columns'] as Column[]
    const [raw] = await askRawExport(
      inject('sampleData'),
      `SELECT count(m) / count(*) filled, min(m) low, median(m) mid, max(m) high, mode(q) top
       FROM (SELECT SpanAttributes['cx.webrtc.audio.mos_score']::DOUBLE m, SpanAttributes['cx.queue.name'] q
             FROM spans WHERE SpanName = 'cx.interaction.agent')`,
    )
    const mos = columns.find(({ path }) => path === 'Attributes.cx.webrtc.audio.mos_score')
    expect(mos?.filled).toBeCloseTo(Number(raw?.['filled']), 3)
    expect(mos).toMatchObject({ min: raw?.['low'], max: raw?.['high'] })
    expect(mos?.median).toBeCloseTo(Number(raw?.['mid']), 3)
    expect(columns.find(({ path }) => path === 'Attributes.cx.queue.name')?.top?.[0]).toBe(raw?.['top'])
  })

  it('finds columns by words', async () => {
    const { structured } = await connection.call('get_schema', { search: 'hold time' })
    const found = (structured['columns'] as Column[]).map(({ path }) => path)
    expect(found.slice(0, 6)).toEqual(
      expect.arrayContaining(['Attributes.cx.interaction.hold_ms', 'Attributes.hold_ms']),
    )
  })

  it('shows attributes that only the data knows', async () => {
    const { text } = await connection.call('get_schema', { service: 'agent_interaction' })
    expect(text).toContain('Attributes.cx.customer.tier')
  })
})
