import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../src/query/compile.ts'
import { querySchemas } from '../../src/query/request/queries.ts'
import { sharedRelation, shareScan, splitRows } from '../../src/query/share-scan.ts'
import { createSample, type Sample, source } from './sample.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample()
})

afterAll(() => sample.close())

const common = { key: 'k', service: 'sample' }

/** Queries with equal names of columns that differ in type, in filters and in order, with and without groups and rows. */
const requests = [
  {
    type: 'scalar',
    ...common,
    grouping: ['Attributes.team'],
    aggregates: [
      { name: 'n', fn: 'count', path: '*' },
      { name: 'N', fn: 'max', path: 'Attributes.text' },
      { name: 'big', fn: 'max', path: 'Attributes.whole' },
      { name: 'real', fn: 'avg', path: 'Attributes.real' },
    ],
    orders: [{ path: 'N', direction: 'desc' }],
  },
  { type: 'scalar', ...common, aggregates: [{ name: 'n', fn: 'max', path: 'Timestamp' }] },
  {
    type: 'scalar',
    ...common,
    aggregates: [{ name: 'n', fn: 'count', path: '*' }],
    filters: [{ path: 'Attributes.small', gt: 1_000_000 }],
  },
  {
    type: 'rate',
    ...common,
    grouping: ['Attributes.flag'],
    rates: [{ name: 'n', filters: [{ path: 'Attributes.small', gte: 2 }] }],
    filters: [{ path: 'Attributes.team', neq: 'red' }],
    limit: 2,
  },
  {
    type: 'series',
    ...common,
    interval: 3600,
    aggregates: [{ name: 'n', fn: 'count_distinct', path: 'Attributes.text' }],
  },
  { type: 'facet', ...common, path: 'Attributes.whole', limit: 5 },
  { type: 'facet', ...common, path: 'Attributes.void' },
] as const

const compiled = (relation: string) =>
  requests.map(({ type, ...request }, i) =>
    compile({ ...source, relation }, { type, ...querySchemas[type].parse(request) } as never, `q${i}`),
  )

describe('queries that share a scan', () => {
  test('answer as each by itself does', async () => {
    const alone = []
    for (const { statement } of compiled(source.relation)) alone.push(await sample.engine.run(statement))
    expect(alone.map((rows) => rows.length > 0)).toEqual(requests.map(() => true))
    const queries = compiled(sharedRelation)
    const together = splitRows(await sample.engine.run(shareScan(source.relation, queries)), queries)
    expect(together).toEqual(alone)
  })

  test('are one statement with the parameters of all, in order', () => {
    const queries = compiled(sharedRelation).slice(2, 4)
    const { sql, params } = shareScan('SELECT 1', queries)
    expect(params).toEqual(queries.flatMap(({ statement }) => statement.params))
    expect(sql.match(/shared_rows AS MATERIALIZED \(\nSELECT 1\n\)/g)).toHaveLength(1)
    expect(sql.match(/SELECT \* FROM shared_rows/g)).toHaveLength(2)
  })
})
