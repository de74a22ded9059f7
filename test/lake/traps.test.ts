import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentInteraction } from '../../src/catalog/services/agent-interaction.ts'
import { spans } from '../../src/catalog/services/telemetry.ts'
import type { LakeSnapshot } from '../../src/lake/lake-snapshot.ts'
import type { Manifest } from '../../src/lake/manifest.ts'
import { type Attributes, at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable, toSnapshot } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('traps')
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

const readTraces = (manifest: Manifest) =>
  world.query(`SELECT trace_id, "timestamp", end_time, duration, root_span_name, root_service_name, root_count, span_count, error_count, service_count, status_code
FROM (${readTable(manifest, world.lakeDir, 'traces')}) ORDER BY trace_id`)

const daysOf = (manifest: Manifest, table: string) =>
  manifest.partitions
    .filter((partition) => partition.table === table)
    .map(({ day, rows }) => `${day} ${rows}`)
    .sort()

describe('a trace of an odd shape is one row with the facts of its spans', () => {
  it('of a child whose clock is behind its parent’s', async () => {
    await world.spans('a.parquet', [
      span(1, 1, '2026-05-02T00:00:02Z', { name: 'root', service: 'front', durationNs: 4n * second }),
      span(1, 2, '2026-05-01T23:59:58Z', {
        name: 'skewed',
        service: 'back',
        parent: spanId(1),
        durationNs: second,
      }),
    ])
    const { manifest } = await world.sync()
    expect(await readTraces(manifest)).toEqual([
      {
        trace_id: traceId(1),
        timestamp: '2026-05-01T23:59:58Z',
        end_time: '2026-05-02T00:00:06Z',
        duration: 8e9,
        root_span_name: 'root',
        root_service_name: 'front',
        root_count: 1,
        span_count: 2,
        error_count: 0,
        service_count: 2,
        status_code: 'Unset',
      },
    ])
    expect(daysOf(manifest, 'spans')).toEqual(['2026-05-01 2'])
  })

  it('of several roots, of which the first speaks, by span id where they begin at once', async () => {
    const root = (trace: number, id: number, iso: string) => span(trace, id, iso, { name: `root ${id}` })
    await world.spans('a.parquet', [
      root(1, 3, '2026-05-01T10:00:05Z'),
      root(1, 2, '2026-05-01T10:00:07Z'),
      span(1, 1, '2026-05-01T10:00:00Z', { parent: spanId(3), status: 'Ok' }),
      root(2, 9, '2026-05-01T11:00:00Z'),
      root(2, 8, '2026-05-01T11:00:00Z'),
    ])
    expect(await readTraces((await world.sync()).manifest)).toMatchObject([
      { root_span_name: 'root 3', root_count: 2, span_count: 3, status_code: 'Ok', duration: 17e9 },
      { root_span_name: 'root 8', root_count: 2, span_count: 2 },
    ])
  })

  it('of spans whose parents are missing, in a ring, or themselves', async () => {
    await world.spans('a.parquet', [
      span(1, 5, '2026-05-01T10:00:01Z', { name: 'late orphan', parent: spanId(99) }),
      span(1, 6, '2026-05-01T10:00:00Z', { name: 'first orphan', parent: spanId(98), status: 'Error' }),
      span(2, 1, '2026-05-01T10:00:00Z', { name: 'a', parent: spanId(2) }),
      span(2, 2, '2026-05-01T10:00:01Z', { name: 'b', parent: spanId(1) }),
      span(3, 1, '2026-05-01T10:00:00Z', { name: 'own parent', parent: spanId(1) }),
    ])
    expect(await readTraces((await world.sync()).manifest)).toMatchObject([
      { root_span_name: 'first orphan', root_count: 0, error_count: 1, status_code: 'Error' },
      { root_span_name: 'a', root_count: 0, span_count: 2 },
      { root_span_name: 'own parent', root_count: 0, span_count: 1 },
    ])
  })

  it('of a span that lasts over several midnights', async () => {
    await world.spans('a.parquet', [
      span(1, 1, '2026-05-01T12:00:00Z', { durationNs: 3n * 86_400n * second }),
      span(1, 2, '2026-05-03T12:00:00Z', { parent: spanId(1) }),
      span(2, 1, '2026-05-03T12:00:00Z'),
    ])
    const { manifest } = await world.sync()
    expect(await readTraces(manifest)).toMatchObject([
      { timestamp: '2026-05-01T12:00:00Z', end_time: '2026-05-04T12:00:00Z', span_count: 2 },
      { timestamp: '2026-05-03T12:00:00Z', span_count: 1 },
    ])
    expect(daysOf(manifest, 'spans')).toEqual(['2026-05-01 2', '2026-05-03 1'])
  })
})

/** Imports agent legs, each of a trace of its own; list `i` on day `i`. */
async function importDays(days: readonly (readonly Attributes[])[]): Promise<Manifest> {
  const rows = days.flatMap((sets, day) =>
    sets.map((attributes, i) =>
      span(day * 100 + i, i, `2026-05-0${day + 1}T10:00:00Z`, { name: 'cx.interaction.agent', attributes }),
    ),
  )
  await world.spans('a.parquet', rows)
  return (await world.sync()).manifest
}

/** The texts of a key as the legs give them, where these values are on one day and a word is on the next. */
async function importTwoDays(values: readonly string[]): Promise<readonly unknown[]> {
  const snapshot = toSnapshot(await importDays([values.map((x) => ({ x })), [{ x: 'word' }]]), world.lakeDir)
  const rows = await world.query(
    `SELECT attributes_x AS x FROM (${snapshot.relation(agentInteraction)}) ORDER BY "timestamp", trace_id`,
  )
  return rows.map(({ x }) => x)
}

describe('one key with values of all types over several days', () => {
  const days = [
    ['1', '-2', '999999999999999999'],
    ['2.5', '1', '-0.125'],
    ['true', 'false'],
    ['007', '1.50', '-0', '1e5', '1E5', '+1', ' 1', 'True', 'NaN', '', '12345678901234567890', '日本'],
  ]
  const texts = days.flat()

  it('gives each text back as it was, in the spans and in the column', async () => {
    const manifest = await importDays(days.map((values) => values.map((x) => ({ x }))))
    const snapshot = toSnapshot(manifest, world.lakeDir)
    const order = 'ORDER BY "timestamp", trace_id'
    const raw = await world.query(`SELECT attributes['x'] AS x FROM (${snapshot.relation(spans)}) ${order}`)
    expect(raw.map(({ x }) => x)).toEqual(texts)
    const column = snapshot.columns(agentInteraction).find(({ path }) => path === 'Attributes.x')
    expect(column).toMatchObject({ name: 'attributes_x', type: 'string' })
    const typed = await world.query(
      `SELECT attributes_x AS x FROM (${snapshot.relation(agentInteraction)}) ${order}`,
    )
    expect(typed.map(({ x }) => x)).toEqual(texts.map((text) => (text === '' ? null : text)))
  })

  it.each([
    ['12345678901.12345'],
    ['0.8444218515250481'],
    ['0.30000000000000004'],
    ['-0.0001'],
    ['100000000000000000'],
  ])('gives the number %s back as it was, though a day of its own made it a number', async (text) => {
    expect(await importTwoDays([text])).toEqual([text, 'word'])
  })

  it.each([['123456789012345678'], ['12345678901234.567'], ['1234567890123456789.5']])(
    'does not round %s, for which a double has too few digits, though a fraction stands beside it',
    async (text) => {
      expect(await importTwoDays(['2.5', text])).toEqual(['2.5', text, 'word'])
    },
  )

  it.each([['1e5'], ['1.5E-2'], ['-0'], ['1e-7'], ['0.00001'], ['1e15']])(
    'gives the number %s back in some spelling, and the spans have it as it was',
    async (text) => {
      const [found] = await importTwoDays([text])
      expect(Number(found)).toBeCloseTo(Number(text), 12)
      const [span] = await world.query(
        `SELECT attributes['x'] AS x FROM '${world.lakeDir}/spans/day=2026-05-01/*.parquet'`,
      )
      expect(span).toEqual({ x: text })
    },
  )
})

/** The attributes of each leg, from the columns found and the map. */
async function readLegs(snapshot: LakeSnapshot): Promise<readonly Attributes[]> {
  const found = snapshot.columns(agentInteraction).filter(({ path }) => path.startsWith('Attributes.key.'))
  const rows = await world.query(`FROM (${snapshot.relation(agentInteraction)}) ORDER BY trace_id`)
  return rows.map((row) => {
    const columns = found.map(({ path, name }) => [path.slice('Attributes.'.length), row[name]] as const)
    return {
      ...Object.fromEntries(columns.filter(([, value]) => value !== null)),
      ...(row['attributes'] as Attributes),
    } as Attributes
  })
}

describe('extreme attributes', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `key.${i}`)
  const sets = Array.from({ length: 100 }, (_, i) =>
    Object.fromEntries(keys.slice(i * 100, i * 100 + 100).map((key) => [key, `${key}=${i}`])),
  )

  it('of 10,000 different keys are all in the spans', async () => {
    const manifest = await importDays([sets.slice(0, 50), sets.slice(50)])
    const rows = await world.query(
      `SELECT attributes FROM (${readTable(manifest, world.lakeDir, 'spans')}) ORDER BY trace_id`,
    )
    expect(rows.map(({ attributes }) => attributes)).toEqual(sets)
    expect(toSnapshot(manifest, world.lakeDir).attributes(spans)).toHaveLength(2000)
  })

  it('of 10,000 different keys are all in the rows of their service, as columns or in the map', async () => {
    const snapshot = toSnapshot(await importDays([sets]), world.lakeDir)
    expect(await readLegs(snapshot)).toEqual(sets)
  })

  it('of 10,000 different keys over two days are all in the rows of their service', async () => {
    const snapshot = toSnapshot(await importDays([sets.slice(0, 50), sets.slice(50)]), world.lakeDir)
    expect(await readLegs(snapshot)).toEqual(sets)
  })

  it('of 1 MB and of any script come back to the last byte', async () => {
    const value = (i: number) =>
      `${i} größe 日本 🎧 \u202e "quoted" \\ \n\t`.repeat(40_000).slice(0, 1_000_000)
    const texts = Array.from({ length: 5 }, (_, i) => ({ big: value(i), 'größe.日本 🎧': `ключ ${i}` }))
    const snapshot = toSnapshot(await importDays([texts]), world.lakeDir)
    for (const [service, column] of [
      [spans, "attributes['big']"],
      [agentInteraction, 'attributes_big'],
    ] as const) {
      const rows = await world.query(
        `SELECT ${column} AS big FROM (${snapshot.relation(service)}) ORDER BY trace_id`,
      )
      expect(rows).toHaveLength(texts.length)
      expect(rows.filter(({ big }, i) => big !== texts[i]?.big)).toEqual([])
    }
  })
})
