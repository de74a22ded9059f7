import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'
import { toLegs } from '../support/lake-legs.ts'
import { createLakeWorld } from '../support/lake-world.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

type Explain = Readonly<{
  sql: string
  parameters: (string | number | boolean | null)[]
  files: number
  rows: number
  bytes: number
  ms?: number
}>
type Result = Readonly<{ columns: { name: string }[]; rows: unknown[][]; explain?: Explain }>

const service = 'agent_interaction'
const queries = {
  scalar: [
    {
      key: 'by_queue',
      service,
      aggregates: [
        { name: 'n', fn: 'count', path: '*' },
        { name: 'mos', fn: 'avg', path: 'Attributes.cx.webrtc.audio.mos_score' },
      ],
      grouping: ['Attributes.cx.queue.name'],
      formulas: [{ name: 'share', fn: 'share_of_total', of: 'n' }],
      filters: [{ path: 'Attributes.cx.interaction.talk_ms', gt: 1000 }],
    },
  ],
  series: [{ key: 'per_day', service, aggregates: [{ name: 'n', fn: 'count', path: '*' }], interval: 'day' }],
}

const read = async (args: Record<string, unknown>) => {
  const { structured, text } = await connection.call('traces_query', { ...window, queries, ...args })
  return { results: structured['results'] as Record<string, Result>, data: structured['data'], text }
}

/** A number with nine digits, whatever DuckDB wraps it in. */
const toPlain = (value: unknown) => {
  const number = Number(value)
  return value !== null && typeof value !== 'string' && Number.isFinite(number)
    ? Number(number.toPrecision(9))
    : value
}

describe('explain', () => {
  it('gives statements that another DuckDB answers alike', async () => {
    const { results, text } = await read({ explain: true, max_tokens: 20_000 })
    const instance = await DuckDBInstance.create(':memory:')
    const other = await instance.connect()
    for (const [key, { explain, rows }] of Object.entries(results)) {
      expect(explain?.files).toBeGreaterThan(0)
      expect(explain?.rows).toBeGreaterThanOrEqual(rows.length)
      expect(explain?.ms).toBeGreaterThan(0)
      const reader = await other.runAndReadAll(explain?.sql ?? '', explain?.parameters)
      const answered = reader.getRows().map((row) => row.map(toPlain))
      const own = key === 'per_day' ? 1 : 0
      expect(answered.map((row) => row.slice(own))).toEqual(rows.map((row) => row.map(toPlain).slice(own)))
      expect(text).toContain(explain?.sql)
    }
    other.closeSync()
    instance.closeSync()
  })

  it('is not there unless it was asked for', async () => {
    const { results, text } = await read({})
    expect(Object.values(results).map(({ explain }) => explain)).toEqual([undefined, undefined])
    expect(text).not.toContain('SELECT')
  })
})

describe('the fingerprint of the data', () => {
  it('stands in every answer, in both forms', async () => {
    const { data, text } = await read({})
    expect(data).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      newest: expect.stringMatching(/Z$/),
    })
    expect(text).toContain(`Data ${(data as { fingerprint: string }).fingerprint}: `)
  })

  it('is the same for the same spans, however they came, and another with one span more', async () => {
    const prints: unknown[] = []
    for (const drops of [[[0, 1, 2]], [[2], [0, 1]], [[0, 1, 2], [1]], [[0, 1, 2, 3]]]) {
      const world = await createLakeWorld('fingerprint')
      for (const [i, drop] of drops.entries())
        await world.spans(
          `${i}-${drops.length}.parquet`,
          drop.flatMap((n) => toLegs(n)),
        )
      const own = await connectInMemory(world.root, { PARQUETRY_IMPORT_WAIT_MS: '60000' })
      const { structured } = await own.call('traces_query', {
        startTime: '2020-01-01',
        endTime: '2030-01-01',
        queries: { scalar: [{ key: 'n', service: 'spans', aggregates: [{ name: 'n', fn: 'count' }] }] },
      })
      prints.push((structured['data'] as { fingerprint: string }).fingerprint)
      await own.close()
      await world.close()
    }
    expect(prints[1]).toBe(prints[0])
    expect(prints[2]).toBe(prints[0])
    expect(prints[3]).not.toBe(prints[0])
  })
})

describe('forms of rows in the text', () => {
  it('are CSV with quotes where they are needed, JSON by rows, or a table with plain durations', async () => {
    const table = [
      {
        key: 't',
        service: 'spans',
        columns: ['SpanName', 'Duration'],
        orders: [{ path: 'Duration', direction: 'desc' }],
        limit: 3,
      },
    ]
    const asked = { queries: { table } }
    const { results, text: csv } = await read({ ...asked, format: 'csv' })
    const rows = results['t']?.rows ?? []
    expect(csv).toContain(['SpanName,Duration [ns]', ...rows.map(([name, ns]) => `${name},${ns}`)].join('\n'))
    const { text: json } = await read({ ...asked, format: 'json' })
    expect(json).toContain(rows.map((row) => JSON.stringify(row)).join('\n'))
    const { text: plain } = await read(asked)
    for (const [name, ns] of rows)
      expect(plain).toContain(`| ${name} | ${ns} (${Number((Number(ns) / 1e9).toPrecision(4))} s) |`)
  })
})
