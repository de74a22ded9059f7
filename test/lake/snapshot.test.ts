import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storedServices as services } from '../../src/catalog/catalog.ts'
import type { TimeRange } from '../../src/core/time-range.ts'
import type { LakeSnapshot } from '../../src/lake/lake-snapshot.ts'
import { emptyManifest } from '../../src/lake/manifest.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, toSnapshot } from '../support/lake-world.ts'

let world: LakeWorld
let snapshot: LakeSnapshot

const hour = 3_600_000_000_000n
const start = at('2026-05-01T00:30:00Z')
const names = ['cx.journey', 'cx.interaction.agent', 'cx.ai.conversation', 'cx.flow.node', 'cx.queue.wait']

/** A span an hour over four days; a trace is nine spans in a row, so that some lie across midnight. */
const rows: readonly SpanRow[] = Array.from({ length: 96 }, (_, i) => ({
  traceId: traceId(Math.floor(i / 9)),
  spanId: spanId(i),
  ns: start + BigInt(i) * hour,
  name: names[i % names.length] as string,
  attributes: { [`only.day.${Math.floor(i / 24)}`]: String(i), mixed: i < 48 ? String(i) : `t${i}` },
}))

beforeAll(async () => {
  world = await createLakeWorld('snapshot')
  await world.spans('a.parquet', rows)
  await world.logs(
    'l.parquet',
    rows.map(({ ns, traceId: trace, spanId: span }) => ({ ns, body: 'x', traceId: trace, spanId: span })),
  )
  snapshot = toSnapshot((await world.sync()).manifest, world.lakeDir)
})
afterAll(() => world.close())

const inRange = (range: TimeRange) =>
  `"timestamp" >= make_timestamp_ns(${range.startNs}) AND "timestamp" < make_timestamp_ns(${range.endNs})`

const ranges: readonly TimeRange[] = [0n, 1n, 23n, 24n, 47n, 71n, 95n].flatMap((from) =>
  [1n, 2n, 25n, 200n].map((length) => ({
    startNs: start + from * hour,
    endNs: start + (from + length) * hour - (length % 2n),
  })),
)

describe('a relation of a window', () => {
  it.each(services.map((service) => [service.name, service] as const))(
    '%s: loses no row',
    async (_, service) => {
      for (const range of ranges) {
        const [row] = await world.query(`SELECT
  (SELECT count(*) FROM (${snapshot.relation(service, { range })}) WHERE ${inRange(range)}) AS pruned,
  (SELECT count(*) FROM (${snapshot.relation(service)}) WHERE ${inRange(range)}) AS whole`)
        expect(row?.['pruned'], `${range.startNs}`).toBe(row?.['whole'])
      }
    },
  )

  it('counts the spans that were written', async () => {
    const spans = services.find(({ name }) => name === 'spans')
    for (const range of ranges) {
      const [row] = await world.query(
        `SELECT count(*) AS n FROM (${spans && snapshot.relation(spans, { range })}) WHERE ${inRange(range)}`,
      )
      expect(row?.['n']).toBe(rows.filter(({ ns }) => ns >= range.startNs && ns < range.endNs).length)
    }
  })

  it.each(services.map((service) => [service.name, service] as const))(
    '%s: reads fewer files for a narrow window, and none beyond the data',
    (_, service) => {
      const files = (range?: TimeRange) =>
        snapshot.relation(service, range ? { range } : {}).match(/[^/']+\.parquet/g)?.length ?? 0
      expect(files()).toBeGreaterThanOrEqual(4)
      expect(files({ startNs: start + 2n * hour, endNs: start + 3n * hour })).toBeLessThan(files())
      expect(files({ startNs: 0n, endNs: start })).toBe(0)
      expect(files({ startNs: start + 96n * hour, endNs: start + 97n * hour })).toBe(0)
    },
  )

  it.each(services.map((service) => [service.name, service] as const))(
    '%s: has the same columns and types however few partitions it reads',
    async (_, service) => {
      const shape = async (range?: TimeRange) =>
        (await world.query(`DESCRIBE ${snapshot.relation(service, range ? { range } : {})}`)).map((row) => [
          row['column_name'],
          row['column_type'],
        ])
      const whole = await shape()
      const named = [...snapshot.columns(service).map(({ name }) => name), ...service.nestedColumns]
      expect(whole.map(([name]) => name)).toEqual(named)
      expect(await shape({ startNs: start, endNs: start + hour })).toEqual(whole)
      expect(await shape({ startNs: 0n, endNs: 1n })).toEqual(whole)
    },
  )
})

describe('an empty lake', () => {
  it.each(services.map((service) => [service.name, service] as const))(
    '%s: has its columns and no rows',
    async (_, service) => {
      const empty = toSnapshot(emptyManifest, world.lakeDir)
      const types = async (sql: string) =>
        new Map((await world.query(`DESCRIBE ${sql}`)).map((row) => [row['column_name'], row['column_type']]))
      const found = await types(empty.relation(service))
      const filled = await types(snapshot.relation(service))
      const expected = [...service.columns.map(({ name }) => name), ...service.nestedColumns]
      expect([...found]).toEqual(expected.map((name) => [name, filled.get(name)]))
      expect(await world.query(empty.relation(service))).toEqual([])
      expect(empty.countRows(service)).toBe(0)
      expect(empty.timeRange(service)).toBeUndefined()
      expect(empty.columns(service)).toEqual(service.columns)
      expect(empty.rareColumns(service)).toEqual([])
    },
  )
})

describe('a snapshot', () => {
  it.each(services.map((service) => [service.name, service] as const))(
    '%s: knows its rows and its time range',
    async (_, service) => {
      const [row] = await world.query(
        `SELECT count(*) AS n, epoch_ns(min("timestamp"))::VARCHAR AS low, epoch_ns(max("timestamp"))::VARCHAR AS high FROM (${snapshot.relation(service)})`,
      )
      expect(snapshot.countRows(service)).toBe(row?.['n'])
      expect(row?.['n']).toBeGreaterThan(0)
      expect(snapshot.timeRange(service)).toEqual({
        startNs: BigInt(String(row?.['low'])),
        endNs: BigInt(String(row?.['high'])),
      })
    },
  )
})

describe('a relation of chosen columns', () => {
  const agents = services.find(({ name }) => name === 'agent_interaction')

  it('has these only, with the values that they have among all', async () => {
    if (!agents) throw new Error('no agent_interaction')
    const columns = new Set(['trace_id', 'span_id', 'attributes_mixed', 'attributes'])
    const some = snapshot.relation(agents, { columns })
    const names = (await world.query(`DESCRIBE ${some}`)).map((row) => row['column_name'])
    expect(names).toEqual(['trace_id', 'span_id', 'attributes_mixed', 'attributes'])
    const list = 'trace_id, span_id, attributes_mixed, attributes::VARCHAR AS attributes'
    const read = (from: string) => world.query(`SELECT ${list} FROM (${from}) ORDER BY span_id`)
    const found = await read(some)
    expect(found).toHaveLength(19)
    expect(found).toEqual(await read(snapshot.relation(agents)))
  })

  it('reads partitions together that differ in other columns only', () => {
    if (!agents) throw new Error('no agent_interaction')
    const groups = (columns?: ReadonlySet<string>) =>
      snapshot.relation(agents, columns ? { columns } : {}).split('UNION ALL').length
    expect(groups()).toBe(4)
    expect(groups(new Set(['trace_id', 'attributes_mixed']))).toBe(2)
    expect(groups(new Set(['trace_id']))).toBe(1)
  })
})
