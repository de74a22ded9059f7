import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/core/json-value.ts'
import { fillSeries, formatBucket, listBuckets } from '../../src/query/fill-series.ts'
import {
  aggregate,
  type Cell,
  fieldOf,
  matches,
  type PlainAggregate,
  type PlainFilter,
  sortCells,
  toAnswer,
} from './evaluate.ts'
import { type Cells, compileSample, createSample, type Sample, source } from './sample.ts'
import { createRandom, createRows, pick, type SampleRow } from './sample-rows.ts'

/** Two days around the change of clocks: 29 March 2026 in Berlin, 5 April on Lord Howe Island by half an hour. */
const starts = {
  'Europe/Berlin': Date.UTC(2026, 2, 28),
  'Australia/Lord_Howe': Date.UTC(2026, 3, 4),
  'Berlin in autumn': Date.UTC(2026, 9, 24),
} as const
const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu'] as const

const samples = new Map<string, Sample>()
const may = 1_777_593_600_000_000_000n

beforeAll(async () => {
  for (const [zone, ms] of Object.entries(starts)) {
    const rows = createRows(400, 7).map((row) => ({ ...row, ns: row.ns - may + BigInt(ms) * 1_000_000n }))
    samples.set(zone, await createSample(rows))
  }
})
afterAll(() => Promise.all([...samples.values()].map((sample) => sample.close())))

/** What a clock in the zone shows, by way of text: `2026-03-29 03:30:00`. */
const clocks = new Map<string, Intl.DateTimeFormat>()
function toClock(ns: bigint, zone: string): string {
  const format =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(zone, format)
  return format.format(Number(ns / 1_000_000n))
}

const dayName = (day: string) => new Date(`${day}T12:00:00Z`)
const mondayOf = (day: string) => {
  const date = dayName(day)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

/** Each calendar part, from the clock's text. */
const parts: Readonly<Record<string, (clock: string) => Cell>> = {
  hour_of_day: (clock) => BigInt(clock.slice(11, 13)),
  weekday: (clock) => BigInt(dayName(clock.slice(0, 10)).getUTCDay() || 7),
  day_of_month: (clock) => BigInt(clock.slice(8, 10)),
  day: (clock) => clock.slice(0, 10),
  week: (clock) => mondayOf(clock.slice(0, 10)),
  month: (clock) => clock.slice(0, 7),
  quarter: (clock) => `${clock.slice(0, 4)}-Q${Math.ceil(Number(clock.slice(5, 7)) / 3)}`,
  year: (clock) => BigInt(clock.slice(0, 4)),
}

type Group = Readonly<{
  request: string | Record<string, unknown>
  name: string
  read: (row: SampleRow) => Cell
}>

function makeGroup(random: () => number, zone: string): Group {
  const roll = random()
  if (roll < 0.3) {
    const path = pick(random, ['Attributes.team', 'Attributes.flag', 'Attributes.small'])
    return { request: path, name: path, read: fieldOf(path).read }
  }
  if (roll < 0.65) {
    const part = pick(random, Object.keys(parts))
    const path = pick(random, ['Timestamp', 'Attributes.moment'])
    const read = (row: SampleRow) => {
      const ns = fieldOf(path).read(row)
      return ns === null ? null : (parts[part]?.(toClock(ns as bigint, zone)) ?? null)
    }
    return { request: { path, part, name: `${path} ${part}` }, name: `${path} ${part}`, read }
  }
  const path = pick(random, ['Attributes.real', 'Attributes.small'])
  const toNumber = (row: SampleRow) => {
    const cell = fieldOf(path).read(row)
    return cell === null || Number.isNaN(Number(cell)) ? undefined : Number(cell)
  }
  if (roll < 0.85) {
    const bin = pick(random, [2, 7, 100])
    const read = (row: SampleRow) => {
      const number = toNumber(row)
      return number === undefined ? null : Math.floor(number / bin) * bin
    }
    return { request: { path, bin }, name: path, read }
  }
  const edges = pick(random, [[0], [-3, 2], [-100, 0, 3.5, 100]])
  const read = (row: SampleRow) => {
    const number = toNumber(row)
    if (number === undefined) return null
    const i = edges.filter((edge) => number >= edge).length
    const borders =
      i === 0
        ? `below ${edges[0]}`
        : i === edges.length
          ? `from ${edges.at(-1)}`
          : `${edges[i - 1]} to ${edges[i]}`
    return `${i + 1}: ${borders}`
  }
  return { request: { path, edges, name: 'band' }, name: 'band', read }
}

const makeFilter = (random: () => number): PlainFilter =>
  pick(random, [
    { path: 'Attributes.team', in: ['red', 'größe'] },
    { path: 'Attributes.flag', eq: true },
    { path: 'Attributes.real', gte: 0, lt: 500 },
    { path: 'Attributes.text', contains: 'a' },
  ])

type Conditional = PlainAggregate & Readonly<{ filters?: readonly PlainFilter[] }>

const makeAggregate = (random: () => number, name: string, fns: readonly string[]): Conditional => ({
  name,
  fn: pick(random, fns),
  path: 'Attributes.small',
  ...(random() < 0.5 && { filters: [makeFilter(random)] }),
})

const compute = (rows: readonly SampleRow[], { filters = [], ...plain }: Conditional) =>
  aggregate(
    rows.filter((row) => matches(row, filters)),
    plain,
  )

/** Numbers of an answer as plain numbers, so that 3 and 3n and 3.0 agree; the rest as it is. */
const toPlain = (cell: Cell | JsonValue | undefined): unknown =>
  typeof cell === 'bigint' || typeof cell === 'number' ? Number(Number(cell).toPrecision(9)) : (cell ?? null)

const close = (rows: readonly (readonly (Cell | JsonValue | undefined)[])[]) =>
  rows.map((row) => row.map(toPlain))

const number = (cell: Cell | undefined) => (cell === null || cell === undefined ? undefined : Number(cell))
const divide = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined || b === 0 ? null : a / b
const sumOf = (cells: readonly (Cell | undefined)[]) => {
  const numbers = cells.map(number).filter((one) => one !== undefined)
  return numbers.length > 0 ? numbers.reduce((a, b) => a + b, 0) : undefined
}

const formulas = [
  { name: 'share', fn: 'share_of_total', of: 'n' },
  { name: 'ratio', fn: 'ratio', of: 'm', by: 'n' },
  { name: 'gap', fn: 'difference', of: 'n', by: 'm' },
  { name: 'change', fn: 'relative_change', of: 'n', by: 'm' },
] as const

const computeFormulas = (n: Cell, m: Cell, total: number | undefined): readonly Cell[] => {
  const [a, b] = [number(n), number(m)]
  const gap = a === undefined || b === undefined ? null : a - b
  return [divide(a, total), divide(b, a), gap, gap === null ? null : divide(gap, b)]
}

let answered = 0
let folded = 0

async function check(seed: number): Promise<void> {
  const random = createRandom(seed)
  const sample = pick(random, [...samples.values()])
  const zone = pick(random, zones)
  const groups = [
    ...new Map(
      [0, 1]
        .slice(0, 1 + Math.floor(random() * 2))
        .map(() => makeGroup(random, zone))
        .map((group) => [group.name, group]),
    ).values(),
  ]
  const filters = random() < 0.3 ? [makeFilter(random)] : []
  const first = makeAggregate(random, 'n', ['count', 'sum'])
  const second = makeAggregate(random, 'm', ['count', 'avg', 'max', 'sum'])
  const least = Math.floor(random() * 6)
  const isHeld = random() < 0.5
  const perGroup = random() < 0.4 && groups.length > 1 ? 1 + Math.floor(random() * 3) : undefined
  const limit = pick(random, [2, 5, 1000])
  const kept = sample.rows.filter((row) => matches(row, filters))
  const keyOf = (row: SampleRow) => groups.map(({ read }) => read(row))
  const byKey = Map.groupBy(kept, (row) => JSON.stringify(keyOf(row).map((cell) => [typeof cell, `${cell}`])))
  const all = [...byKey.values()].map((rows) => ({
    rows,
    key: keyOf(rows[0] as SampleRow),
    n: compute(rows, first),
    m: compute(rows, second),
  }))
  const total = sumOf(all.map(({ n }) => n))
  const lines = all.map(({ rows, key, n, m }) => ({
    rows,
    cells: [...key, n, m, ...computeFormulas(n, m, total)] as readonly Cell[],
  }))
  const width = groups.length
  const passing = lines.filter(({ cells }) => !isHeld || (number(cells[width]) ?? -Infinity) >= least)
  const keys = [{ at: width, sign: -1 as const }, ...groups.map((_, at) => ({ at, sign: 1 as const }))]
  const sorted = sortCells(
    passing.map(({ cells }) => cells),
    keys,
  )
  const counts = new Map<string, number>()
  const ranked = sorted.filter((cells) => {
    if (perGroup === undefined) return true
    const key = `${typeof cells[0]} ${cells[0]}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return (counts.get(key) ?? 0) <= perGroup
  })
  const query = compileSample(
    'scalar',
    {
      aggregates: [first, second] as never,
      formulas: [...formulas] as never,
      grouping: groups.map(({ request }) => request) as never,
      filters: filters as never,
      ...(isHeld && { having: [{ name: 'n', gte: least }] }),
      ...(perGroup !== undefined && { limit_by: { grouping: [groups[0]?.name ?? ''], limit: perGroup } }),
      limit,
      others: true,
    },
    { ...source, zone },
  )
  const found = await sample.run(query.statement)
  expect(close(found.map((row) => query.columns.map(({ name }) => row[name])))).toEqual(
    close(ranked.slice(0, limit + 1)),
  )
  if (ranked.length > 1) answered++
  const shown = new Set(ranked.slice(0, limit))
  const hidden = lines.filter(({ cells }) => !shown.has(cells))
  const rest = hidden.flatMap(({ rows }) => rows)
  const [n, m] = [compute(rest, first), compute(rest, second)]
  const [others] = await sample.run(query.others ?? { sql: '', params: [] })
  expect(close([Object.values(others ?? {})])).toEqual(
    close([[n, m, ...computeFormulas(n, m, total), BigInt(hidden.length)]]),
  )
  if (hidden.length > 0) folded++
}

describe('grouped queries against a second implementation', () => {
  test('four hundred at random', async () => {
    for (let seed = 1; seed <= 400; seed++)
      await check(seed * 17).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
      })
    expect(answered).toBeGreaterThan(200)
    expect(folded).toBeGreaterThan(100)
  })
})

/** The start of the bucket of a time, found by going back a minute at a time on the clock. */
function findStart(ns: bigint, interval: number | string, zone: string): number {
  const minute = 60_000
  const stepOf = (ms: number) => {
    const clock = toClock(BigInt(ms) * 1_000_000n, zone)
    if (typeof interval === 'string') return parts[interval]?.(clock)
    const local = Date.parse(`${clock.replace(' ', 'T')}Z`) / 1_000
    return BigInt(Math.floor(local / interval))
  }
  let ms = Math.floor(Number(ns / 1_000_000n) / minute) * minute
  const own = stepOf(ms)
  const shift = () => Date.parse(`${toClock(BigInt(ms) * 1_000_000n, zone).replace(' ', 'T')}Z`) - ms
  const offset = shift()
  for (;;) {
    const before = ms - minute
    if (stepOf(before) !== own) return ms
    ms = before
    // Of an hour that a clock shows twice, short buckets don't go back to the first.
    if (typeof interval === 'number' && interval <= 3_600 && shift() !== offset) return ms + minute
  }
}

const toMs = (cell: JsonValue | undefined) => Date.parse(String(cell))

describe('buckets on the clock of a zone', () => {
  const intervals = [600, 1_800, 3_600, 7_200, 21_600, 86_400, 'day', 'week', 'month', 'quarter'] as const
  // Clocks of Lord Howe Island go back by half an hour: the half hour that they show again is counted to an hour that begins
  // half an hour early.
  const isKnownGap = (world: string, zone: string, interval: unknown) =>
    world === zone && zone === 'Australia/Lord_Howe' && interval === 3_600
  const cases = Object.keys(starts).flatMap((world) =>
    zones
      .flatMap((zone) => intervals.map((interval) => [world, zone, interval] as const))
      .filter(([, zone, interval]) => !isKnownGap(world, zone, interval)),
  )

  test.each(cases)(
    'rows around the change in %s, clock of %s, interval %s',
    async (world, zone, interval) => {
      const sample = samples.get(world) as Sample
      const few = sample.rows.filter(
        (_, i) => i % (interval === 'day' ? 9 : 80) === 0 || typeof interval === 'number',
      )
      const ids =
        typeof interval === 'number' ? [] : [{ path: 'SpanId', in: few.map(({ spanId }) => spanId) }]
      const counts = new Map<number, number>()
      for (const row of few) {
        const start = findStart(row.ns, interval === 86_400 ? 'day' : interval, zone)
        counts.set(start, (counts.get(start) ?? 0) + 1)
      }
      const found = await sample.query(
        'series',
        { aggregates: [{ name: 'n', fn: 'count', path: '*' }] as never, interval, filters: ids as never },
        { ...source, zone },
      )
      expect(found.map(([bucket, n]) => [toMs(bucket), n])).toEqual([...counts].sort(([a], [b]) => a - b))
      // The same buckets are listed by JavaScript, to add those that are empty, and each of them once.
      const ends = [...sample.rows].map(({ ns }) => ns).sort((a, b) => (a < b ? -1 : 1))
      const range = { startNs: ends[0] as bigint, endNs: (ends.at(-1) as bigint) + 1n }
      const listed = listBuckets(range, interval, zone, 10_000)
      expect(listed).toEqual([...new Set(listed)].sort((a, b) => a - b))
      for (const start of counts.keys()) expect(listed).toContain(start)
      for (const bucket of listed.slice(1))
        expect(findStart(BigInt(bucket) * 1_000_000n, interval === 86_400 ? 'day' : interval, zone)).toBe(
          bucket,
        )
    },
  )
})

test.each([
  [0.1, [0.3, 0.7, 3.3, 4.1, 4.3, -0.3]],
  [0.25, [0.25, 0.75, -0.25]],
  [3, [3, -3, 9]],
])('a value on a border of bins of %d is above it', async (bin, values) => {
  const [row] = createRows(1, 1) as [SampleRow]
  const own = await createSample(
    values.map((real, i) => ({ ...row, real, spanId: `${i}`.padStart(16, '0') })),
  )
  const found = await own.query('scalar', {
    aggregates: [{ name: 'n', fn: 'count', path: '*' }] as never,
    grouping: [{ path: 'Attributes.real', bin }] as never,
    orders: [{ path: 'Attributes.real', direction: 'asc' }],
  })
  await own.close()
  expect(found.map(([value]) => value)).toEqual(values.toSorted((a, b) => a - b))
})

describe('top groups and empty buckets', () => {
  const rowsOf = (found: readonly Cells[]) => found.map((row) => row.map((cell) => cell ?? null))

  test('a series of the two largest groups has those over the whole window', async () => {
    const sample = samples.get('Europe/Berlin') as Sample
    const teams = [...Map.groupBy(sample.rows, ({ team }) => team)]
      .map(([team, rows]) => ({ team, n: rows.length }))
      .sort((a, b) => b.n - a.n)
    const found = await sample.query('series', {
      aggregates: [{ name: 'n', fn: 'count', path: '*' }] as never,
      formulas: [{ name: 'share', fn: 'share_of_total', of: 'n' }] as never,
      grouping: ['Attributes.team'] as never,
      interval: 'day',
      top: 2,
    })
    const sums = Map.groupBy(found, (row) => row[1] ?? null)
    const isNamed = ({ team }: { team: string | null }) => team
    expect([...sums.keys()].sort()).toEqual(teams.slice(0, 2).map(isNamed).sort())
    for (const [team, rows] of sums)
      expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(
        teams.find((one) => one.team === team)?.n,
      )
    const shares = Map.groupBy(found, (row) => row[0])
    for (const rows of shares.values())
      expect(rows.reduce((sum, row) => sum + Number(row[3]), 0)).toBeCloseTo(1, 12)
  })

  test('every group has a row in every bucket, at most so many', () => {
    const buckets = ['a', 'b', 'c']
    const rows = [
      ['a', 'x', 1, 2],
      ['c', 'y', 3, 4],
    ]
    const options = { groups: 1, empty: [0, null], buckets } as const
    expect(rowsOf(fillSeries(rows, { ...options, most: 99 }))).toEqual([
      ['a', 'x', 1, 2],
      ['a', 'y', 0, null],
      ['b', 'x', 0, null],
      ['b', 'y', 0, null],
      ['c', 'x', 0, null],
      ['c', 'y', 3, 4],
    ])
    expect(fillSeries(rows, { ...options, most: 3 })).toHaveLength(3)
    expect(fillSeries([], { ...options, groups: 0, empty: [null], most: 99 })).toEqual([
      ['a', null],
      ['b', null],
      ['c', null],
    ])
    expect(fillSeries([], { ...options, most: 99 })).toEqual([])
  })

  test('buckets are written with the offset of their zone', () => {
    expect(formatBucket(Date.UTC(2026, 2, 28, 23), 'Europe/Berlin')).toBe('2026-03-29T00:00:00+01:00')
    expect(formatBucket(Date.UTC(2026, 2, 28, 23), 'UTC')).toBe('2026-03-28T23:00:00Z')
  })
})

describe('refused, with the way out', () => {
  const grouping = ['Attributes.team']
  const aggregates = [
    { name: 'n', fn: 'count', path: '*' },
    { name: 'mean', fn: 'avg', path: 'Attributes.real' },
    { name: 'last', fn: 'max', path: 'Attributes.text' },
  ]
  test.each<readonly [string, object, string]>([
    ['a share of means', { formulas: [{ name: 's', fn: 'share_of_total', of: 'mean' }] }, 'formulas[0].of'],
    ['a ratio of texts', { formulas: [{ name: 's', fn: 'ratio', of: 'last', by: 'n' }] }, 'formulas[0].of'],
    ['a ratio of one', { formulas: [{ name: 's', fn: 'ratio', of: 'n' }] }, 'formulas[0].by'],
    [
      'a ratio of what is not there',
      { formulas: [{ name: 's', fn: 'ratio', of: 'n', by: 'x' }] },
      'formulas[0].by',
    ],
    [
      'a formula of a later one',
      {
        formulas: [
          { name: 's', fn: 'ratio', of: 't', by: 'n' },
          { name: 't', fn: 'ratio', of: 'n', by: 'n' },
        ],
      },
      'formulas[0].of',
    ],
    [
      'a share by something',
      { formulas: [{ name: 's', fn: 'share_of_total', of: 'n', by: 'n' }] },
      'formulas[0].by',
    ],
    ['a condition without an operator', { having: [{ name: 'n' }] }, 'having[0]'],
    ['a condition on what is not there', { having: [{ name: 'x', gt: 1 }] }, 'having[0].name'],
    ['a condition of the wrong type', { having: [{ name: 'n', gt: 'many' }] }, 'having[0].gt'],
    ['top of what is no group', { limit_by: { grouping: ['n'], limit: 1 } }, 'limit_by.grouping[0]'],
    ['a part of a text', { grouping: [{ path: 'Attributes.team', part: 'day' }] }, 'grouping[0].path'],
    ['bins of a text', { grouping: [{ path: 'Attributes.team', bin: 1 }] }, 'grouping[0].path'],
    [
      'borders that do not ascend',
      { grouping: [{ path: 'Attributes.real', edges: [1, 1] }] },
      'grouping[0].edges',
    ],
    ['a part and bins', { grouping: [{ part: 'day', bin: 1 }] }, 'grouping[0]'],
    [
      'a name twice',
      { grouping: ['Timestamp', { path: 'Timestamp', part: 'day', name: 'Timestamp' }] },
      'grouping[1]',
    ],
    ['others without groups', { grouping: [], others: true }, 'others'],
  ])('%s', (_, more, path) => {
    let details: unknown
    try {
      compileSample('scalar', { aggregates, grouping, ...more } as never)
    } catch (error) {
      details = (error as { details?: unknown }).details
    }
    expect(details).toMatchObject({
      path: `queries.scalar[0].${path}`,
      next: expect.any(String),
    })
  })

  test('columns whose names differ in case only stay apart', async () => {
    const sample = samples.get('Europe/Berlin') as Sample
    const [row] = await sample.query('scalar', {
      aggregates: [
        { name: 'n', fn: 'count', path: '*' },
        { name: 'N', fn: 'sum', path: 'Attributes.small' },
      ] as never,
      formulas: [{ name: 'x', fn: 'ratio', of: 'N', by: 'n' }] as never,
    })
    const sum = aggregate(sample.rows, { name: '', fn: 'sum', path: 'Attributes.small' })
    expect(row).toEqual([400, toAnswer(sum, 'integer'), Number(sum) / 400])
  })
})
