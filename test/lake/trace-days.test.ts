import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/lake/manifest.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('trace-days')
})
afterEach(() => world.close())

const second = 1_000_000_000n

const span = (trace: number, id: number, iso: string, more: Partial<SpanRow> = {}): SpanRow => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  ns: at(iso),
  durationNs: 10n * second,
  ...more,
})

const partition = (manifest: Manifest, table: string, day: string) =>
  manifest.partitions.find((candidate) => candidate.table === table && candidate.day === day)

const files = (manifest: Manifest, days: readonly string[]) =>
  manifest.partitions.filter(({ day }) => days.includes(day)).map(({ file }) => file)

const days = (manifest: Manifest, table: string) =>
  manifest.partitions
    .filter((candidate) => candidate.table === table)
    .map(({ day }) => day)
    .sort()

const readTraces = (manifest: Manifest) =>
  world.query(
    `SELECT trace_id, "timestamp", end_time, duration, span_count, error_count, root_span_name, root_count
FROM read_parquet([${manifest.partitions.filter(({ table }) => table === 'traces').map(({ file }) => `'${world.lakeDir}/${file}'`)}])
ORDER BY trace_id`,
  )

describe('a trace lies whole in the day it began', () => {
  it('though its late spans come in a second file days later', async () => {
    await world.spans('d1.parquet', [
      span(1, 1, '2026-05-01T23:59:50Z', { name: 'root' }),
      span(2, 1, '2026-05-03T08:00:00Z'),
    ])
    await world.sync()
    await world.spans('d4.parquet', [
      span(1, 2, '2026-05-04T00:00:00Z', { parent: spanId(1), status: 'Error' }),
      span(3, 1, '2026-05-04T01:00:00Z'),
    ])
    const { manifest } = await world.sync()
    expect(days(manifest, 'traces')).toEqual(['2026-05-01', '2026-05-03', '2026-05-04'])
    expect(await readTraces(manifest)).toMatchObject([
      {
        trace_id: traceId(1),
        timestamp: '2026-05-01T23:59:50Z',
        end_time: '2026-05-04T00:00:10Z',
        duration: 2 * 86_400e9 + 20e9,
        span_count: 2,
        error_count: 1,
        root_span_name: 'root',
        root_count: 1,
      },
      { trace_id: traceId(2), span_count: 1 },
      { trace_id: traceId(3), span_count: 1 },
    ])
    expect(partition(manifest, 'spans', '2026-05-01')).toMatchObject({
      rows: 2,
      minNs: String(at('2026-05-01T23:59:50Z')),
      maxNs: String(at('2026-05-04T00:00:00Z')),
    })
  })

  it('and moves to an earlier day when an earlier span comes, and back when that goes', async () => {
    await world.spans('late.parquet', [
      span(1, 2, '2026-05-02T10:00:00Z'),
      span(1, 3, '2026-05-02T10:00:05Z'),
    ])
    const first = await world.sync()
    expect(days(first.manifest, 'spans')).toEqual(['2026-05-02'])
    await world.spans('early.parquet', [span(1, 1, '2026-05-01T20:00:00Z')])
    const moved = await world.sync()
    expect(days(moved.manifest, 'spans')).toEqual(['2026-05-01'])
    expect(await readTraces(moved.manifest)).toMatchObject([
      { span_count: 3, timestamp: '2026-05-01T20:00:00Z' },
    ])
    await rm(join(world.exportsDir, 'early.parquet'))
    const back = await world.sync()
    expect(days(back.manifest, 'spans')).toEqual(['2026-05-02'])
    expect(await readTraces(back.manifest)).toMatchObject([
      { span_count: 2, timestamp: '2026-05-02T10:00:00Z' },
    ])
  })

  it('by the UTC clock to the nanosecond', async () => {
    const midnight = at('2026-05-02T00:00:00Z')
    await world.spans('a.parquet', [
      { traceId: traceId(1), spanId: spanId(1), ns: midnight - 1n },
      { traceId: traceId(2), spanId: spanId(1), ns: midnight },
    ])
    const { manifest } = await world.sync()
    expect(partition(manifest, 'traces', '2026-05-01')).toMatchObject({
      rows: 1,
      maxNs: String(midnight - 1n),
    })
    expect(partition(manifest, 'traces', '2026-05-02')).toMatchObject({ rows: 1, minNs: String(midnight) })
  })
})

describe('a sync rewrites no more than it must', () => {
  const oneEach = (d: number) => [
    span(d, 1, `2026-05-0${d}T10:00:00Z`, { name: 'cx.journey' }),
    span(d, 2, `2026-05-0${d}T10:00:01Z`, { name: 'cx.flow.node', parent: spanId(1) }),
  ]

  beforeEach(async () => {
    for (const d of [1, 2, 3]) await world.spans(`d${d}.parquet`, oneEach(d))
    for (const d of [1, 2, 3])
      await world.logs(`l${d}.parquet`, [{ ns: at(`2026-05-0${d}T10:00:00Z`), body: `log ${d}` }])
  })

  it('is current when nothing is new, and touches no file', async () => {
    const { manifest } = await world.sync()
    const list = `SELECT filename, size, last_modified FROM read_blob('${world.lakeDir}/**') WHERE filename NOT LIKE '%lock%' ORDER BY 1`
    const before = await world.query(list)
    expect(before.length).toBeGreaterThan(10)
    expect(await world.sync()).toEqual({ state: 'current', manifest })
    expect(await world.query(list)).toEqual(before)
  })

  it('a new file for one day leaves the files of the other days', async () => {
    const first = await world.sync()
    await world.spans('more.parquet', [span(9, 1, '2026-05-02T12:00:00Z')])
    const next = await world.sync()
    expect(next.state).toBe('updated')
    const untouched = ['2026-05-01', '2026-05-03']
    expect(files(next.manifest, untouched)).toEqual(files(first.manifest, untouched))
    const logFile = partition(first.manifest, 'logs', '2026-05-02')?.file
    expect(partition(next.manifest, 'logs', '2026-05-02')?.file).toBe(logFile)
    const kept = new Set(files(first.manifest, ['2026-05-02']))
    expect(files(next.manifest, ['2026-05-02']).filter((file) => kept.has(file))).toEqual([logFile])
    expect(partition(next.manifest, 'spans', '2026-05-02')?.rows).toBe(3)
  })

  it('a new file for one day leaves each file of the other days as it lies on the disk', async () => {
    const list = (day: string) =>
      world.query(
        `SELECT filename, size, last_modified FROM read_blob('${world.lakeDir}/*/day=${day}/*') ORDER BY filename`,
      )
    await world.sync()
    const others = ['2026-05-01', '2026-05-03']
    const before = await Promise.all(others.map(list))
    const touched = await list('2026-05-02')
    expect(before.map((files) => files.length)).toEqual([5, 5])
    await world.spans('more.parquet', [span(9, 1, '2026-05-02T12:00:00Z', { name: 'cx.journey' })])
    await world.logs('more-logs.parquet', [{ ns: at('2026-05-02T12:00:00Z'), body: 'more' }])
    await world.sync()
    expect(await Promise.all(others.map(list))).toEqual(before)
    const after = new Set((await list('2026-05-02')).map(({ filename }) => filename))
    expect(after.size).toBe(5)
    expect(touched.filter(({ filename }) => after.has(filename))).toEqual([])
  })

  it('new logs leave the spans alone', async () => {
    const first = await world.sync()
    await world.logs('more.parquet', [{ ns: at('2026-05-03T12:00:00Z'), body: 'more' }])
    const next = await world.sync()
    const changed = next.manifest.partitions.filter(
      ({ file }) => !first.manifest.partitions.some((old) => old.file === file),
    )
    expect(changed.map(({ table, day, rows }) => [table, day, rows])).toEqual([['logs', '2026-05-03', 2]])
  })

  it('a late span rewrites the day of its trace only', async () => {
    const first = await world.sync()
    await world.spans('more.parquet', [span(1, 3, '2026-05-03T12:00:00Z')])
    const next = await world.sync()
    const untouched = ['2026-05-02', '2026-05-03']
    expect(files(next.manifest, untouched)).toEqual(files(first.manifest, untouched))
    expect(partition(next.manifest, 'spans', '2026-05-01')?.rows).toBe(3)
  })

  it('a removed file rewrites its day only', async () => {
    const first = await world.sync()
    await rm(join(world.exportsDir, 'd3.parquet'))
    const next = await world.sync()
    expect(days(next.manifest, 'traces')).toEqual(['2026-05-01', '2026-05-02'])
    expect(days(next.manifest, 'logs')).toEqual(['2026-05-01', '2026-05-02', '2026-05-03'])
    const untouched = ['2026-05-01', '2026-05-02']
    expect(files(next.manifest, untouched)).toEqual(files(first.manifest, untouched))
  })

  it('a file that was set aside rewrites nothing', async () => {
    const first = await world.sync()
    await world.query(`COPY (SELECT 1 AS x) TO '${world.exportsDir}/foreign.parquet' (FORMAT parquet)`)
    const next = await world.sync()
    expect(next.state).toBe('updated')
    expect(next.manifest.partitions).toEqual(first.manifest.partitions)
    expect(await world.sync()).toMatchObject({ state: 'current' })
  })

  it('a file that was only touched gives the same rows again', async () => {
    const first = await world.sync()
    await utimes(join(world.exportsDir, 'd1.parquet'), 1_000_000_000, 1_000_000_000)
    const next = await world.sync()
    const facts = ({ partitions }: Manifest) =>
      partitions.map(({ table, day, rows, minNs, maxNs }) => [table, day, rows, minNs, maxNs].join()).sort()
    expect(facts(next.manifest)).toEqual(facts(first.manifest))
  })
})
