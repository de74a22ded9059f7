import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getService } from '../../src/catalog/catalog.ts'
import { AppError } from '../../src/core/errors.ts'
import { compile } from '../../src/query/compile.ts'
import { querySchemas } from '../../src/query/request/queries.ts'
import { compileSample, createSample, parseRequest, type Sample, source } from './sample.ts'
import { createRows, rareKeys } from './sample-rows.ts'

let sample: Sample

beforeAll(async () => {
  sample = await createSample(createRows(50, 3))
})

afterAll(() => sample.close())

/** Texts that would do harm, or break a statement, if they got into SQL. */
const payloads = [
  `'; DROP TABLE sample; --`,
  `"; DROP TABLE sample; --`,
  `x') OR 1=1 --`,
  `x" OR "1"="1`,
  `' UNION SELECT * FROM duckdb_settings() --`,
  `*/ DELETE FROM sample; /*`,
  `$$; DELETE FROM sample; $$`,
  `\\'; DELETE FROM sample; --`,
  `?`,
  `$1`,
  `{{name}}`,
  `Attributеs.text`,
  `ＤＲＯＰ ＴＡＢＬＥ sample`,
  `＇; DROP TABLE sample; --`,
  `"attributes_text"`,
  `attributes_text`,
  `Attributes.text; --`,
  `Attributes.text"`,
  `a\nb\r\n;DELETE FROM sample`,
  `\u202e;ELPMAS ELBAT PORD`,
  `__proto__`,
  `constructor`,
]

const withNul = `x\0'; DROP TABLE sample; --`
const all = [...payloads, withNul]

const isIntact = async () => {
  const [row] = await sample.run({
    sql: 'SELECT count(*) AS n, count(DISTINCT span_id) AS ids FROM sample',
    params: [],
  })
  return row?.['n'] === 50 && row['ids'] === 50
}

const outcome = async (run: () => Promise<unknown>) => {
  try {
    return { rows: await run() }
  } catch (error) {
    return { error }
  }
}

/** Either rows, or an error with a code; never a complaint of the database. And the table is whole. */
async function expectHarmless(run: () => Promise<unknown>) {
  const result = await outcome(run)
  if ('error' in result) expect(result.error).toBeInstanceOf(AppError)
  expect(await isIntact()).toBe(true)
  return result
}

const count = [{ name: 'n', fn: 'count', path: '*' }]

describe('filter values', () => {
  const operators = [
    'eq',
    'neq',
    'gt',
    'gte',
    'lt',
    'lte',
    'contains',
    'starts_with',
    'in',
    'not_in',
  ] as const

  test.each(all)('%j is compared as it stands', async (text) => {
    for (const operator of operators) {
      const filters = [{ path: 'Attributes.text', [operator]: operator.endsWith('in') ? [text] : text }]
      const { statement } = compileSample('facet', { path: 'SpanId', filters: filters as never })
      expect(statement.params).toContain(text)
      const plain = [{ path: 'Attributes.text', [operator]: operator.endsWith('in') ? ['x'] : 'x' }]
      const other = compileSample('facet', { path: 'SpanId', filters: plain as never })
      expect(statement.sql).toBe(other.statement.sql)
      expect(
        await expectHarmless(() => sample.query('facet', { path: 'SpanId', filters: filters as never })),
      ).toHaveProperty('rows')
    }
  })

  test.each(all)('%j finds the rows that hold it, and no others', async (text) => {
    const rows = createRows(3, 9).map((row, i) => ({
      ...row,
      text: [text, `${text} `, text.slice(0, 1)][i] ?? null,
    }))
    const other = await createSample(rows)
    const found = await other.query('table', {
      columns: ['SpanId'],
      filters: [{ path: 'Attributes.text', eq: text }],
    })
    const wanted = rows.filter((row) => row.text === text).map((row) => [row.spanId])
    await other.close()
    expect(found.toSorted()).toEqual(wanted.toSorted())
  })

  test.each(['Attributes.whole', 'Attributes.real', 'Attributes.flag', 'Attributes.moment'])(
    '%s takes none of them',
    async (path) => {
      for (const eq of all) {
        const result = await expectHarmless(() =>
          sample.query('facet', { path: 'SpanId', filters: [{ path, eq }] }),
        )
        expect(result).toMatchObject({ error: { details: { code: 'invalid_argument' } } })
      }
    },
  )

  test('10,000 characters', async () => {
    const long = `'${'ü"'.repeat(4999)}`
    const filters = [{ path: 'Attributes.text', in: [long, long] }]
    expect(await sample.query('facet', { path: 'SpanId', filters })).toEqual([])
  })
})

describe('regular expressions', () => {
  test.each(all)('%j', async (regex) => {
    const filters = [{ path: 'Attributes.text', regex }]
    await expectHarmless(() => sample.query('facet', { path: 'SpanId', filters }))
  })
})

describe('paths', () => {
  const places = {
    grouping: (path: string) => sample.query('scalar', { aggregates: count, grouping: [path] }),
    aggregate: (path: string) => sample.query('scalar', { aggregates: [{ name: 'n', fn: 'count', path }] }),
    order: (path: string) =>
      sample.query('scalar', { aggregates: count, orders: [{ path, direction: 'asc' }] }),
    column: (path: string) => sample.query('table', { columns: [path] }),
    tableOrder: (path: string) =>
      sample.query('table', { columns: ['SpanId'], orders: [{ path, direction: 'desc' }] }),
    facet: (path: string) => sample.query('facet', { path }),
    filter: (path: string) => sample.query('facet', { path: 'SpanId', filters: [{ path, exists: true }] }),
    rate: (path: string) =>
      sample.query('rate', { rates: [{ name: 'r', filters: [{ path, exists: true }] }] }),
    series: (path: string) => sample.query('series', { aggregates: count, interval: 60, grouping: [path] }),
  } as const

  test.each(Object.entries(places))('%s knows none of them', async (_name, query) => {
    for (const path of [...all, '*/', `${'x'.repeat(500)}`]) {
      expect(await expectHarmless(() => query(path)), path).toMatchObject({
        error: { details: { code: 'unknown_name' } },
      })
    }
  })

  test.each(payloads)('as a key that may be in the map, %j is looked up, not run', async (key) => {
    const path = `Attributes.missing ${key}`
    const from = { ...source, schema: { ...source.schema, hasUnnamed: true } }
    expect(compileSample('facet', { path }, from).statement.sql).not.toContain('missing')
    expect(await sample.query('facet', { path }, from)).toEqual([[null, 50]])
    const filters = [{ path, exists: true }]
    expect(await sample.query('table', { columns: [path], filters }, from)).toEqual([])
    expect(await isIntact()).toBe(true)
  })

  test('a column whose name holds quotes and comments is read, not run', async () => {
    const path = 'Attributes.od"d; --'
    const rows = await sample.query('facet', { path, limit: 1000 })
    expect(rows.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(50)
    expect(
      await sample.query('table', { columns: [path], orders: [{ path, direction: 'asc' }] }),
    ).toHaveLength(50)
    expect(await sample.query('scalar', { aggregates: count, grouping: [path], limit: 100 })).toHaveLength(
      rows.length,
    )
  })

  test('so is an attribute whose key holds them', async () => {
    const path = `Attributes.${rareKeys.text}`
    const wanted = sample.rows.filter((row) => row.attributes[rareKeys.text] === "gr'een").length
    expect(wanted).toBeGreaterThan(0)
    const { statement } = compileSample('facet', { path: 'SpanId', filters: [{ path, eq: "gr'een" }] })
    expect(statement.sql).not.toContain(rareKeys.text)
    expect(await sample.query('facet', { path: 'SpanId', filters: [{ path, eq: "gr'een" }] })).toHaveLength(
      wanted,
    )
  })
})

describe('names', () => {
  test.each([...payloads, 'x'.repeat(100)])('%j may be the name of a result', async (name) => {
    const aggregates = [{ name, fn: 'count', path: '*' }]
    const orders = [{ path: name, direction: 'asc' as const }]
    expect(await sample.query('scalar', { aggregates, orders })).toEqual([[50]])
    const rates = [{ name, filters: [{ path: 'SpanId', exists: true }] }]
    expect(await sample.query('rate', { rates, orders })).toEqual([[1, 50, 50]])
    expect(await isIntact()).toBe(true)
  })

  test('one with a NUL character is refused at the edge: it would end the name', () => {
    expect(() => parseRequest('scalar', { aggregates: [{ name: withNul, fn: 'count', path: '*' }] })).toThrow(
      'NUL',
    )
    const filters = [{ path: 'SpanId', exists: true }]
    expect(() => parseRequest('rate', { rates: [{ name: withNul, filters }] })).toThrow('NUL')
  })

  test.each(all)('%j is no function, and no service', async (name) => {
    const fn = name.slice(0, 40)
    const result = await expectHarmless(() =>
      sample.query('scalar', { aggregates: [{ name: 'n', fn, path: 'SpanId' }] }),
    )
    expect(result).toMatchObject({ error: { details: { code: 'unknown_name' } } })
    expect(() => getService(name, 'queries.scalar[0].service')).toThrow('There is no service')
  })

  test.each(all)('%j as a key changes nothing', (key) => {
    const request = parseRequest('facet', { path: 'SpanId' })
    expect(compile(source, { ...request, key }, 'q')).toEqual(compile(source, request, 'q'))
  })
})

describe('the edge', () => {
  const table = { key: 'k', service: 's', columns: ['SpanId'] }

  test.each([
    ['a path of 501 characters', { ...table, columns: ['x'.repeat(501)] }],
    ['a value of 10,001 characters', { ...table, filters: [{ path: 'p', eq: 'x'.repeat(10_001) }] }],
    ['1001 values', { ...table, filters: [{ path: 'p', in: Array.from({ length: 1001 }, () => 1) }] }],
    ['no values', { ...table, filters: [{ path: 'p', in: [] }] }],
    ['51 filters', { ...table, filters: Array.from({ length: 51 }, () => ({ path: 'p', exists: true })) }],
    ['an unknown operator', { ...table, filters: [{ path: 'p', like: 'x' }] }],
    ['an object as a value', { ...table, filters: [{ path: 'p', eq: { sql: '1' } }] }],
    ['null as a value', { ...table, filters: [{ path: 'p', eq: null }] }],
    ['an endless number', { ...table, filters: [{ path: 'p', eq: Number.POSITIVE_INFINITY }] }],
    ['a limit of 0', { ...table, limit: 0 }],
    ['a limit of 1001', { ...table, limit: 1001 }],
    ['a limit of a half', { ...table, limit: 0.5 }],
    ['a limit in words', { ...table, limit: '1; DROP TABLE sample' }],
    ['a direction in words', { ...table, orders: [{ path: 'p', direction: 'asc; DROP TABLE sample' }] }],
    ['an unknown field', { ...table, having: 'x' }],
  ])('%s is refused', (_what, input) => {
    expect(querySchemas.table.safeParse(input).success).toBe(false)
    expect(querySchemas.table.safeParse(table).success).toBe(true)
  })
})
