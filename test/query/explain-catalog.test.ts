import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptsType, aggregates } from '../../src/catalog/aggregates.ts'
import { services } from '../../src/catalog/catalog.ts'
import type { Column } from '../../src/catalog/column.ts'
import { operators } from '../../src/catalog/operators.ts'
import type { Service } from '../../src/catalog/service.ts'
import type { Engine, Statement } from '../../src/engine/engine.ts'
import { toRelation } from '../../src/lake/relation.ts'
import { compile } from '../../src/query/compile.ts'
import { type QueryType, querySchemas } from '../../src/query/request/queries.ts'
import { openEngine } from './sample.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})

afterAll(() => engine.close())

const compileFor = (service: Service, type: QueryType, input: object) =>
  compile(
    {
      relation: toRelation('/lake', service, [], []),
      schema: { service, columns: service.columns, rare: [], hasUnnamed: false },
      range: { startNs: 0n, endNs: 10n ** 18n },
      zone: 'UTC',
      nowMs: 0,
      measures: [],
    },
    { type, ...querySchemas[type].parse({ key: 'k', service: service.name, ...input }) } as never,
    'q',
  ).statement

/** The database binds every name and type of a statement when it explains it. */
const explain = (statement: Statement) => engine.run({ ...statement, sql: `EXPLAIN ${statement.sql}` })

const operandOf: Readonly<Record<Column['type'], unknown>> = {
  string: 'x',
  integer: '7',
  double: 7.5,
  boolean: 'true',
  timestamp: '2026-05-01T00:00:00Z',
}

const toFilter = (column: Column, operator: (typeof operators)[number]) => {
  const value = operandOf[column.type]
  const operands = { value, list: [value, value], text: 'x', flag: true } as const
  return { path: column.path, [operator.name]: operands[operator.operand] }
}

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

describe.each(services.map((service) => [service.name, service] as const))('%s', (_name, service) => {
  const paths = service.columns.map(({ path }) => path)

  test.each(operators.map((operator) => [operator.name, operator] as const))(
    '%s on each column',
    async (_op, operator) => {
      const filters = service.columns
        .filter(({ type }) => operator.types.includes(type))
        .map((column) => toFilter(column, operator))
      expect(filters.length).toBeGreaterThan(0)
      for (const some of chunks(filters, 50)) {
        await explain(compileFor(service, 'facet', { path: paths[0], filters: some }))
        await explain(compileFor(service, 'rate', { rates: [{ name: 'r', filters: some }] }))
      }
    },
  )

  test('each aggregate on a column of each type that it takes', async () => {
    const one = [...Map.groupBy(service.columns, ({ type }) => type).values()].flatMap((same) =>
      same.slice(0, 1),
    )
    const requests = one.flatMap((column) =>
      aggregates
        .filter((aggregate) => acceptsType(aggregate, column.type))
        .map(({ name }) => ({ name: `${name} ${column.path}`, fn: name, path: column.path })),
    )
    expect(requests.length).toBeGreaterThan(110)
    for (const some of chunks(requests, 50)) {
      await explain(compileFor(service, 'scalar', { aggregates: some }))
      await explain(compileFor(service, 'series', { aggregates: some, interval: 60 }))
    }
  })

  test('each column as a column, a group, a facet and an order', async () => {
    for (const columns of chunks(paths, 100)) await explain(compileFor(service, 'table', { columns }))
    const aggregates = [{ name: 'n', fn: 'count', path: '*' }]
    for (const grouping of chunks(paths, 10)) {
      const orders = grouping.map((path) => ({ path, direction: 'desc' }))
      await explain(compileFor(service, 'scalar', { aggregates, grouping, orders }))
      await explain(compileFor(service, 'table', { columns: ['Timestamp'], orders }))
    }
    for (const path of paths) await explain(compileFor(service, 'facet', { path }))
  })

  test('answers without partitions: no rows, no error', async () => {
    expect(await engine.run(compileFor(service, 'facet', { path: paths[0] }))).toEqual([])
    expect(await engine.run(compileFor(service, 'table', { columns: paths.slice(0, 3) }))).toEqual([])
  })
})
