import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDifferences } from '../support/lake-compare.ts'
import { at, type LogRow, oldestSpanColumns, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('pure-function')
})
afterEach(() => world.close())

const start = at('2026-05-01T10:00:00Z')

const span = (trace: number, id: number, more: Partial<SpanRow> = {}): SpanRow => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  ns: start + BigInt(trace * 1000 + id),
  durationNs: 100n,
  name: 'cx.interaction.agent',
  attributes: { 'cx.agent.username': `agent ${trace}`, extra: String(id) },
  ...more,
})

const whole = (path: string) => join(world.exportsDir, path)

const readSpans = async () => {
  const { manifest } = await world.sync()
  const files = manifest.partitions
    .filter(({ table }) => table === 'spans')
    .map(({ file }) => `'${world.lakeDir}/${file}'`)
  if (files.length === 0) return []
  const rows = await world.query(
    `SELECT trace_id, span_id, duration, attributes['v'] AS v FROM read_parquet([${files}]) ORDER BY trace_id, span_id`,
  )
  return rows.map(
    (row) =>
      `${String(row['trace_id']).slice(-1)}/${String(row['span_id']).slice(-1)} ${row['duration']} ${row['v']}`,
  )
}

describe('spans of overlapping files', () => {
  it('count once, though the layouts and spellings of their copies differ', async () => {
    await world.spans('a.parquet', [span(1, 1), span(1, 2)])
    await world.spans('b.parquet', [span(1, 2), span(1, 3)])
    const upper = { ...span(1, 1), traceId: traceId(1).toUpperCase(), kind: 'SPAN_KIND_INTERNAL' }
    await world.spans('c.parquet', [upper, span(1, 3)], oldestSpanColumns)
    const { manifest } = await world.sync()
    const count = (table: string) => manifest.partitions.find((partition) => partition.table === table)?.rows
    expect(count('spans')).toBe(3)
    expect(count('traces')).toBe(1)
    expect(count('agent_interaction')).toBe(3)
  })

  it('count once within one file', async () => {
    await world.spans('a.parquet', [span(1, 1), span(1, 1), span(1, 1, { durationNs: 7n })])
    expect(await readSpans()).toEqual(['1/1 100 null'])
  })

  it('with different content are decided by content: the longest, then the most detailed', async () => {
    const short = span(1, 1, { durationNs: 5n, attributes: { v: 'short', a: '1', b: '2' } })
    const poor = span(1, 1, { durationNs: 9n, attributes: { v: 'poor' } })
    const rich = span(1, 1, { durationNs: 9n, attributes: { v: 'rich', more: '1' } })
    const events = [{ ns: start, name: 'e', attributes: {} }]
    const eventful = span(1, 1, { durationNs: 9n, attributes: { v: 'eventful', more: '1' }, events })
    const orders = [
      [short, poor, rich, eventful],
      [eventful, rich, poor, short],
      [rich, eventful, short, poor],
    ]
    for (const order of orders) {
      for (const [i, row] of order.entries()) await world.spans(`${i}.parquet`, [row])
      expect(await readSpans()).toEqual(['1/1 9 eventful'])
    }
    await rm(whole('1.parquet'))
    expect(await readSpans()).toEqual(['1/1 9 rich'])
  })

  it('that tie in length and detail give the same copy whatever the files are called', async () => {
    const copies = ['p', 'q', 'r', 's'].map((v) => span(1, 1, { attributes: { v } }))
    const winners = new Set<string>()
    for (const names of [
      ['a', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'a'],
      ['c', 'a', 'd', 'b'],
    ]) {
      for (const [i, row] of copies.entries()) await world.spans(`${names[i]}.parquet`, [row])
      winners.add(String(await readSpans()))
    }
    expect(winners.size).toBe(1)
  })
})

describe('files that come and go', () => {
  it('take their rows along when removed, and bring them back', async () => {
    await world.spans('a.parquet', [span(1, 1), span(1, 2)])
    await world.spans('b.parquet', [span(1, 2), span(2, 1)])
    const both = ['1/1 100 null', '1/2 100 null', '2/1 100 null']
    expect(await readSpans()).toEqual(both)
    await rename(whole('a.parquet'), join(world.root, 'kept'))
    expect(await readSpans()).toEqual(['1/2 100 null', '2/1 100 null'])
    await copyFile(join(world.root, 'kept'), whole('again.parquet'))
    expect(await readSpans()).toEqual(both)
    for (const path of ['again.parquet', 'b.parquet']) await rm(whole(path))
    const { state, manifest } = await world.sync()
    expect(state).toBe('updated')
    expect(manifest).toMatchObject({ sources: [], partitions: [] })
  })

  it('change nothing when renamed', async () => {
    await world.spans('a.parquet', [span(1, 1), span(2, 1)])
    await world.logs('l.parquet', [{ ns: start, body: 'x' }])
    const before = await world.sync(join(world.root, 'before'))
    await rename(whole('a.parquet'), whole('other name.parquet'))
    await rename(whole('l.parquet'), whole('0.parquet'))
    const after = await world.sync(join(world.root, 'after'))
    expect(
      await findDifferences(
        world,
        { manifest: before.manifest, lakeDir: join(world.root, 'before') },
        { manifest: after.manifest, lakeDir: join(world.root, 'after') },
      ),
    ).toEqual([])
  })

  it('replace their rows when written anew', async () => {
    await world.spans('a.parquet', [span(1, 1), span(1, 2)])
    await world.sync()
    await world.spans('a.parquet', [span(1, 2, { durationNs: 1n }), span(3, 1), span(3, 2)])
    expect(await readSpans()).toEqual(['1/2 1 null', '3/1 100 null', '3/2 100 null'])
  })
})

describe('log records', () => {
  const log = (i: number, more: Partial<LogRow> = {}): LogRow => ({
    ns: start + BigInt(i),
    body: `line ${i}`,
    ...more,
  })
  const countLogs = async () =>
    (await world.sync()).manifest.partitions.find(({ table }) => table === 'logs')?.rows

  it('that are exact copies count once, others are kept', async () => {
    await world.logs('a.parquet', [log(1), log(2)])
    await world.logs('b.parquet', [log(2), log(3)])
    expect(await countLogs()).toBe(3)
    await world.logs('c.parquet', [
      log(3, { traceId: traceId(1) }),
      log(3, { attributes: { a: '1' } }),
      log(3),
    ])
    expect(await countLogs()).toBe(5)
    await rm(whole('c.parquet'))
    expect(await countLogs()).toBe(3)
  })
})

describe('rows that cannot be placed', () => {
  it('are left out and counted', async () => {
    const rows = [
      span(1, 1),
      span(1, 2, { traceId: '' }),
      span(1, 3, { spanId: '0'.repeat(16) }),
      span(1, 4, { ns: -1n }),
      span(1, 5, { traceId: 'a'.repeat(33) }),
      span(1, 6, { spanId: 'not hexadecimal!' }),
    ]
    await world.spans('a.parquet', rows)
    await world.logs('l.parquet', [
      { ns: start, body: 'x' },
      { ns: -5n, body: 'before 1970' },
    ])
    const { manifest } = await world.sync()
    expect(manifest.sources.map(({ rows: all, skippedRows }) => [all, skippedRows])).toEqual([
      [6, 5],
      [2, 1],
    ])
    expect(manifest.partitions.map(({ rows: count }) => count)).toEqual(expect.arrayContaining([1]))
    expect(await readSpans()).toEqual(['1/1 100 null'])
  })

  it('as part of a trace are kept as records without it, if they are logs', async () => {
    await world.logs('l.parquet', [
      { ns: start, body: 'x', traceId: 'z'.repeat(32), spanId: 'b'.repeat(17) },
      { ns: start + 1n, body: 'y', traceId: traceId(1), spanId: spanId(1) },
    ])
    const { manifest } = await world.sync()
    expect(manifest.sources).toMatchObject([{ rows: 2, skippedRows: 0 }])
    expect(
      await world.query(
        `SELECT trace_id, span_id FROM (${readTable(manifest, world.lakeDir, 'logs')}) ORDER BY "timestamp"`,
      ),
    ).toEqual([
      { trace_id: null, span_id: null },
      { trace_id: traceId(1), span_id: spanId(1) },
    ])
  })

  it('or are absurdly long do not stop the import', async () => {
    const huge = 2n ** 63n - 1n
    await world.spans('a.parquet', [
      span(1, 1, { durationNs: huge, name: 'cx.queue.wait' }),
      span(1, 2, { durationNs: huge, name: 'cx.queue.wait' }),
      span(2, 1, { attributes: { 'cx.interaction.talk_ms': '9223372036854775807' } }),
      span(2, 2, { attributes: { 'cx.interaction.talk_ms': '9223372036854775807' } }),
    ])
    await world.spans('b.parquet', [span(3, 1)], { Timestamp: "'infinity'::TIMESTAMP" })
    const { manifest } = await world.sync()
    expect(manifest.rejected).toEqual([])
    expect(manifest.sources.map(({ skippedRows }) => skippedRows)).toEqual([0, 1])
    expect(manifest.partitions.find(({ table }) => table === 'journey_interaction')).toMatchObject({
      rows: 2,
    })
  })
})
