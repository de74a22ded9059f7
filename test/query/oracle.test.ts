import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/core/json-value.ts'
import {
  aggregate,
  type Cell,
  type ColumnKind,
  fieldOf,
  fields,
  groupRows,
  matches,
  type PlainAggregate,
  type PlainFilter,
  type SortKey,
  sortCells,
  toAnswer,
  toIso,
} from './evaluate.ts'
import { type Cells, createSample, type Sample } from './sample.ts'
import { createRandom, pick, type SampleRow, texts, wholes } from './sample-rows.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample()
})

afterAll(() => sample.close())

type Random = () => number

const some = <T>(random: Random, most: number, make: () => T): readonly T[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make)

const distinct = (paths: readonly string[]) => [...new Set(paths)]

const operandsOf: Readonly<Record<ColumnKind, (random: Random) => Cell>> = {
  string: (random) => pick(random, [...texts, 'red', 'blue', 'größe', '']),
  integer: (random) => (random() < 0.5 ? pick(random, wholes) : BigInt(Math.floor(random() * 20) - 5)),
  double: (random) => Math.floor(random() * 4000 - 2000) / 4,
  boolean: (random) => random() < 0.5,
  timestamp: (random) => pick(random, sample.rows).ns + BigInt(Math.floor(random() * 3) - 1),
}

const comparisons = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'] as const
const patterns = ['^a', 'a$', '[ab]{2}', 'l.h', '\\d', 'ö|Ö', '^$', '\\.', '(?:a|b)+c?'] as const

function makeFilter(random: Random): PlainFilter {
  const path = pick(random, Object.keys(fields))
  const { kind } = fieldOf(path)
  const operand = () => operandsOf[kind](random)
  const roll = random()
  if (roll < 0.1) return { path, exists: random() < 0.5 }
  if (roll < 0.25)
    return {
      path,
      [pick(random, ['in', 'not_in'])]: [operand(), operand(), ...some(random, 4, operand)],
    }
  if (kind === 'string' && roll < 0.5) {
    const name = pick(random, ['contains', 'starts_with', 'regex'])
    return {
      path,
      [name]: name === 'regex' ? pick(random, patterns) : pick(random, ['a', 'AL', 'ö', '', '"']),
    }
  }
  if (roll < 0.65 && kind !== 'boolean') return { path, gte: operand(), lt: operand() }
  return { path, [pick(random, comparisons)]: operand() }
}

/** Filters as they come over the wire: integers and times as texts. */
const toWire = (filter: PlainFilter) =>
  JSON.parse(
    JSON.stringify(filter, (_key, value: unknown) => {
      if (typeof value !== 'bigint') return value
      return fieldOf(filter.path).kind === 'timestamp' ? toIso(value) : String(value)
    }),
  ) as PlainFilter

const numbers = ['Attributes.small', 'Attributes.real', 'Attributes.flag', 'Attributes.void']
const anything = [...Object.keys(fields)]

function makeAggregate(random: Random, i: number): PlainAggregate {
  const fn = pick(random, [
    'count',
    'count_distinct',
    'sum',
    'avg',
    'min',
    'max',
    'median',
    'stddev',
    'p90',
    'p7',
  ])
  const isForAll = ['count', 'count_distinct', 'min', 'max'].includes(fn)
  return {
    name: `a${i}`,
    fn,
    path: pick(random, fn === 'sum' ? [...numbers, 'Attributes.whole'] : isForAll ? anything : numbers),
  }
}

const groupable = [
  'Attributes.team',
  'Attributes.flag',
  'Attributes.small',
  'Attributes.moment',
  'Attributes.text',
]

const kindOf = ({ fn, path }: PlainAggregate): ColumnKind => {
  if (path !== '*' && (fn === 'min' || fn === 'max')) return fieldOf(path).kind
  return 'integer'
}

const isClose = (a: unknown, b: unknown) =>
  typeof a === 'number' &&
  typeof b === 'number' &&
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

/** How many answers had rows: comparing nothing with nothing proves nothing. */
let answered = 0

/** Numbers agree to nine digits; everything else, and the order of the rows, exactly. */
function expectRows(found: readonly Cells[], wanted: readonly (readonly JsonValue[])[]): void {
  const rounded = found.map((row, i) =>
    row.map((cell, j) => (isClose(cell, wanted[i]?.[j]) ? wanted[i]?.[j] : cell)),
  )
  expect(rounded).toEqual(wanted)
  answered += wanted.length > 1 ? 1 : 0
}

const answer = (rows: readonly (readonly Cell[])[], kinds: readonly ColumnKind[], limit: number) =>
  rows.slice(0, limit + 1).map((row) => row.map((cell, i) => toAnswer(cell, kinds[i] ?? 'string')))

const makeOrders = (random: Random, names: readonly string[]) =>
  distinct(some(random, 2, () => pick(random, names))).map((path) => ({
    path,
    direction: pick(random, ['asc', 'desc'] as const),
  }))

const toKeys = (orders: ReturnType<typeof makeOrders>, names: readonly string[]): readonly SortKey[] =>
  orders.map(({ path, direction }) => ({ at: names.indexOf(path), sign: direction === 'asc' ? 1 : -1 }))

/** Orders by percentiles and deviations would hang on the last bit of a double. */
const isExact = ({ fn }: PlainAggregate) => !/^(p\d|stddev)/.test(fn)

function makeQuery(seed: number) {
  const random = createRandom(seed)
  const filters = some(random, 3, () => makeFilter(random))
  const kept = sample.rows.filter((row) => matches(row, filters))
  return { random, filters: filters.map(toWire), kept, limit: pick(random, [1, 3, 10, 1000]) }
}

const byGroups = (grouping: readonly string[]): readonly SortKey[] =>
  grouping.map((_, at) => ({ at, sign: 1 }))

async function checkScalar(seed: number) {
  const { random, filters, kept, limit } = makeQuery(seed)
  const grouping = distinct(some(random, 3, () => pick(random, groupable)))
  const first: PlainAggregate = {
    name: 'first',
    fn: pick(random, ['count', 'sum', 'max']),
    path: 'Attributes.small',
  }
  const aggregates = [first, ...some(random, 3, () => 0).map((_, i) => makeAggregate(random, i))]
  const names = [...grouping, ...aggregates.map(({ name }) => name)]
  const orders = makeOrders(random, [...grouping, ...aggregates.filter(isExact).map(({ name }) => name)])
  const groups = grouping.length === 0 ? [{ key: [], rows: kept }] : groupRows(kept, grouping)
  const rows = groups.map(({ key, rows: inside }) => [...key, ...aggregates.map((a) => aggregate(inside, a))])
  const keys = [...toKeys(orders, names), { at: grouping.length, sign: -1 as const }, ...byGroups(grouping)]
  const kinds = [...grouping.map((path) => fieldOf(path).kind), ...aggregates.map(kindOf)]
  const found = await sample.query('scalar', {
    aggregates: [...aggregates],
    grouping,
    filters,
    orders,
    limit,
  })
  expectRows(found, answer(sortCells(rows, keys), kinds, limit))
}

async function checkSeries(seed: number) {
  const { random, filters, kept, limit } = makeQuery(seed)
  const interval = pick(random, [60, 3600, 7001, 86_400])
  const team = random() < 0.5 ? ['Attributes.team'] : []
  const aggregates = [{ name: 'n', fn: 'count', path: '*' }, makeAggregate(random, 1)]
  const width = BigInt(interval) * 1_000_000_000n
  const buckets = [...Map.groupBy(kept, ({ ns }) => (ns / width) * width)]
  const rows = buckets.flatMap(([bucket, inside]) =>
    (team.length === 0 ? [{ key: [], rows: inside }] : groupRows(inside, team)).map((group) => [
      bucket,
      ...group.key,
      ...aggregates.map((a) => aggregate(group.rows, a)),
    ]),
  )
  const kinds = ['timestamp' as const, ...team.map((path) => fieldOf(path).kind), ...aggregates.map(kindOf)]
  const found = await sample.query('series', { aggregates, interval, grouping: team, filters, limit })
  expectRows(found, answer(sortCells(rows, byGroups(['bucket', ...team])), kinds, limit))
}

async function checkTable(seed: number) {
  const { random, filters, kept, limit } = makeQuery(seed)
  const columns = distinct([pick(random, anything), ...some(random, 4, () => pick(random, anything))])
  const orders = makeOrders(random, anything)
  const last = ['Timestamp', 'TraceId', 'SpanId']
  const width = orders.length
  const read = (paths: readonly string[], row: SampleRow) => paths.map((path) => fieldOf(path).read(row))
  const all = [...orders.map(({ path }) => path), ...last, ...columns]
  const keys: readonly SortKey[] = [
    ...orders.map(({ direction }, at) => ({ at, sign: direction === 'asc' ? (1 as const) : (-1 as const) })),
    { at: width, sign: -1 },
    { at: width + 1, sign: 1 },
    { at: width + 2, sign: 1 },
  ]
  const rows = sortCells(
    kept.map((row) => read(all, row)),
    keys,
  ).map((row) => row.slice(width + last.length))
  const found = await sample.query('table', { columns, filters, orders, limit })
  expectRows(
    found,
    answer(
      rows,
      columns.map((path) => fieldOf(path).kind),
      limit,
    ),
  )
}

async function checkRate(seed: number) {
  const { random, filters, kept, limit } = makeQuery(seed)
  const inside = [makeFilter(random), ...some(random, 1, () => makeFilter(random))]
  const grouping = distinct(some(random, 2, () => pick(random, groupable)))
  const groups = grouping.length === 0 ? [{ key: [], rows: kept }] : groupRows(kept, grouping)
  const rows = groups.map(({ key, rows: of }): readonly Cell[] => {
    const hits = of.filter((row) => matches(row, inside)).length
    return [...key, of.length === 0 ? null : hits / of.length, BigInt(hits), BigInt(of.length)]
  })
  const kinds = [...grouping.map((path) => fieldOf(path).kind), 'double' as const, 'integer' as const]
  const keys: readonly SortKey[] = [{ at: grouping.length, sign: -1 }, ...byGroups(grouping)]
  const rates = [{ name: 'hit', filters: inside.map(toWire) }]
  const found = await sample.query('rate', { rates, grouping, filters, limit })
  expectRows(found, answer(sortCells(rows, keys), kinds, limit))
}

async function checkFacet(seed: number) {
  const { random, filters, kept, limit } = makeQuery(seed)
  const path = pick(random, anything)
  const rows = groupRows(kept, [path]).map(({ key, rows: of }) => [...key, BigInt(of.length)])
  const keys: readonly SortKey[] = [
    { at: 1, sign: -1 },
    { at: 0, sign: 1 },
  ]
  const found = await sample.query('facet', { path, filters, limit })
  expectRows(found, answer(sortCells(rows, keys), [fieldOf(path).kind, 'integer'], limit))
}

const seeds = Array.from({ length: 100 }, (_, i) => i + 1)

describe('random queries against a second implementation', () => {
  test.each([
    ['scalar', checkScalar],
    ['series', checkSeries],
    ['table', checkTable],
    ['rate', checkRate],
    ['facet', checkFacet],
  ] as const)('%s', async (name, check) => {
    for (const seed of seeds) {
      await check(seed * 31 + name.length).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
      })
    }
  })
  test('many of them had several rows', () => {
    expect(answered).toBeGreaterThan(150)
  })
})
