import { describe, expect, test } from 'vitest'
import { compileSample, source } from './sample.ts'

/** The window of the sample source as parameters. */
const window = [source.range.startNs, source.range.endNs]

const head = `FROM (
SELECT * FROM sample
) AS source
WHERE "timestamp" >= make_timestamp_ns(CAST(? AS BIGINT))
  AND "timestamp" < make_timestamp_ns(CAST(? AS BIGINT))`

describe('the exact statement of each query type', () => {
  test('scalar, grouped, filtered and ordered', () => {
    const query = compileSample('scalar', {
      aggregates: [
        { name: 'n', fn: 'count', path: '*' },
        { name: 'mean', fn: 'avg', path: 'Attributes.real' },
      ],
      grouping: ['Attributes.team', 'Attributes.flag'],
      filters: [
        { path: 'Attributes.text', eq: 'alpha' },
        { path: 'Attributes.small', gt: 3, lte: '7' },
      ],
      orders: [{ path: 'mean', direction: 'desc' }],
      limit: 20,
    })
    expect(query.statement).toEqual({
      sql: `SELECT
  "attributes_team" AS "Attributes.team",
  "attributes_flag" AS "Attributes.flag",
  count(*) AS "n",
  avg("attributes_real") AS "mean"
${head}
  AND ("attributes_text" = ?) AND ("attributes_small" > CAST(? AS BIGINT) AND "attributes_small" <= CAST(? AS BIGINT))
GROUP BY 1, 2
ORDER BY 4 DESC NULLS LAST, 3 DESC NULLS LAST, 1, 2
LIMIT 21`,
      params: [...window, 'alpha', 3n, 7n],
    })
    expect(query.limit).toBe(20)
    expect(query.columns).toEqual([
      { name: 'Attributes.team', type: 'string', unit: '' },
      { name: 'Attributes.flag', type: 'boolean', unit: '' },
      { name: 'n', type: 'integer', unit: '' },
      { name: 'mean', type: 'double', unit: '%' },
    ])
  })

  test('scalar without groups counts what it saw, in a column that is not shown', () => {
    const query = compileSample('scalar', {
      aggregates: [{ name: 'n', fn: 'max', path: 'Attributes.moment' }],
    })
    expect(query.statement).toEqual({
      sql: `SELECT
  max("attributes_moment") AS "n",
  count(*) AS "__matched_rows"
${head}
LIMIT 101`,
      params: window,
    })
    expect(query.columns).toEqual([{ name: 'n', type: 'timestamp', unit: 'UTC' }])
  })

  test('series', () => {
    const query = compileSample('series', {
      aggregates: [{ name: 'n', fn: 'count', path: '*' }],
      interval: 3600,
      grouping: ['Attributes.team'],
      filters: [{ path: 'Attributes.flag', eq: 'true' }],
    })
    expect(query.statement).toEqual({
      sql: `SELECT
  time_bucket(to_seconds(CAST(? AS BIGINT)), CAST("timestamp" AS TIMESTAMP), TIMESTAMP '1970-01-01') AS "bucket",
  "attributes_team" AS "Attributes.team",
  count(*) AS "n"
${head}
  AND ("attributes_flag" = CAST(? AS BOOLEAN))
GROUP BY 1, 2
ORDER BY 1, 2
LIMIT 1001`,
      params: [3600n, ...window, true],
    })
    expect(query.columns[0]).toEqual({ name: 'bucket', type: 'timestamp', unit: 'UTC' })
  })

  test('table', () => {
    const query = compileSample('table', {
      columns: ['TraceId', 'Attributes.od"d; --'],
      filters: [{ path: 'Attributes.text', exists: false }],
      orders: [
        { path: 'Attributes.real', direction: 'desc' },
        { path: 'Attributes.team', direction: 'asc' },
      ],
      limit: 1,
    })
    expect(query.statement).toEqual({
      sql: `SELECT
  if(length("trace_id") > 10000, left("trace_id", 10000) || '… (cut)', "trace_id") AS "TraceId",
  "od""d" AS "Attributes.od""d; --"
${head}
  AND ("attributes_text" IS NULL)
ORDER BY "attributes_real" DESC NULLS LAST, "attributes_team" ASC NULLS LAST, "timestamp" DESC, "trace_id", "span_id", 1, 2
LIMIT 2`,
      params: window,
    })
  })

  test('rate: the condition of the share and of its numerator are the same', () => {
    const query = compileSample('rate', {
      rates: [{ name: 'bad', filters: [{ path: 'Attributes.real', lt: 3 }] }],
      grouping: ['Attributes.team'],
      filters: [{ path: 'Attributes.flag', neq: 'false' }],
    })
    expect(query.statement).toEqual({
      sql: `SELECT
  "attributes_team" AS "Attributes.team",
  count(*) FILTER (WHERE ("attributes_real" < CAST(? AS DOUBLE))) / nullif(count(*), 0) AS "bad",
  count(*) FILTER (WHERE ("attributes_real" < CAST(? AS DOUBLE))) AS "bad_numerator",
  count(*) AS "bad_denominator"
${head}
  AND ("attributes_flag" IS DISTINCT FROM CAST(? AS BOOLEAN))
GROUP BY 1
ORDER BY 2 DESC NULLS LAST, 1
LIMIT 101`,
      params: [3, 3, ...window, false],
    })
    expect(query.columns.map(({ name, unit }) => [name, unit])).toEqual([
      ['Attributes.team', ''],
      ['bad', 'share 0-1'],
      ['bad_numerator', 'rows'],
      ['bad_denominator', 'rows'],
    ])
  })

  test('facet', () => {
    const query = compileSample('facet', { path: 'Attributes.whole', limit: 5 })
    expect(query.statement).toEqual({
      sql: `SELECT
  "attributes_whole" AS "value",
  count(*) AS "count"
${head}
GROUP BY 1
ORDER BY "count" DESC, "value" ASC NULLS LAST
LIMIT 6`,
      params: window,
    })
    expect(query.columns).toEqual([
      { name: 'value', type: 'integer', unit: 'ms' },
      { name: 'count', type: 'integer', unit: 'rows' },
    ])
  })

  test('a rare attribute is read from the map by a parameter, once per mention', () => {
    const key = `it's "odd"; -- ü`
    const path = `Attributes.${key}`
    const query = compileSample('table', { columns: [path], filters: [{ path, not_in: ['red'] }] })
    expect(query.statement).toEqual({
      sql: `SELECT
  if(length(nullif("attributes"[?], '')) > 10000, left(nullif("attributes"[?], ''), 10000) || '… (cut)', nullif("attributes"[?], '')) AS "Attributes.it's ""odd""; -- ü"
${head}
  AND ((nullif("attributes"[?], '') IS NULL OR nullif("attributes"[?], '') NOT IN (?)))
ORDER BY "timestamp" DESC, "trace_id", "span_id", 1
LIMIT 101`,
      params: [key, key, key, ...window, key, key, 'red'],
    })
  })
})

describe('the exact condition of each operator', () => {
  const condition = (filter: Readonly<Record<string, unknown>>) => {
    const { statement } = compileSample('facet', { path: 'TraceId', filters: [filter] as never })
    const [, found = ''] = /\n {2}AND "timestamp" .*\n {2}AND \((.*)\)\nGROUP BY/.exec(statement.sql) ?? []
    return [found, ...statement.params.slice(2)]
  }

  test.each([
    [{ eq: 'x' }, '"attributes_text" = ?', 'x'],
    [{ neq: 'x' }, '"attributes_text" IS DISTINCT FROM ?', 'x'],
    [{ gt: 'x' }, '"attributes_text" > ?', 'x'],
    [{ gte: 'x' }, '"attributes_text" >= ?', 'x'],
    [{ lt: 'x' }, '"attributes_text" < ?', 'x'],
    [{ lte: 'x' }, '"attributes_text" <= ?', 'x'],
    [{ in: ['x', 'y'] }, '"attributes_text" IN (?, ?)', 'x', 'y'],
    [{ not_in: ['x', 'y'] }, '("attributes_text" IS NULL OR "attributes_text" NOT IN (?, ?))', 'x', 'y'],
    [{ contains: 'x' }, 'contains(lower("attributes_text"), lower(?))', 'x'],
    [{ starts_with: 'x' }, 'starts_with(lower("attributes_text"), lower(?))', 'x'],
    [{ regex: '^x' }, 'regexp_matches("attributes_text", ?)', '^x'],
    [{ exists: true }, '"attributes_text" IS NOT NULL'],
    [{ exists: false }, '"attributes_text" IS NULL'],
    [
      { exists: true, contains: 'x', neq: 'y' },
      '"attributes_text" IS DISTINCT FROM ? AND contains(lower("attributes_text"), lower(?)) AND "attributes_text" IS NOT NULL',
      'y',
      'x',
    ],
  ])('%j', (operators, sql, ...params) => {
    expect(condition({ path: 'Attributes.text', ...operators })).toEqual([sql, ...params])
  })

  test.each([
    ['Attributes.whole', '7', 'CAST(? AS BIGINT)', 7n],
    ['Attributes.whole', 7.5, 'CAST(? AS DOUBLE)', 7.5],
    ['Attributes.real', '7', 'CAST(? AS DOUBLE)', 7],
    ['Attributes.flag', 'TRUE', 'CAST(? AS BOOLEAN)', true],
    ['Attributes.moment', '1970-01-01T00:00:01Z', 'make_timestamp_ns(CAST(? AS BIGINT))', 1_000_000_000n],
  ])('%s = %j has a parameter of the type of the column', (path, eq, sql, param) => {
    const name = path.toLowerCase().replace('.', '_')
    expect(condition({ path, eq })).toEqual([`"${name}" = ${sql}`, param])
  })
})

describe('the exact expression of each aggregate', () => {
  const expression = (fn: string, path: string) => {
    const { statement } = compileSample('scalar', { aggregates: [{ name: 'a', fn, path }] })
    return /SELECT\n {2}(.*) AS "a",/.exec(statement.sql)?.[1]
  }

  test.each([
    ['count', 'count("attributes_real")'],
    ['count_distinct', 'count(DISTINCT "attributes_real")'],
    ['sum', 'sum("attributes_real")'],
    ['avg', 'avg("attributes_real")'],
    ['min', 'min("attributes_real")'],
    ['max', 'max("attributes_real")'],
    ['median', 'quantile_cont("attributes_real", 0.5)'],
    ['stddev', 'stddev_samp(CASE WHEN isfinite("attributes_real") THEN "attributes_real" END)'],
    ['p1', 'quantile_cont("attributes_real", 0.01)'],
    ['p57', 'quantile_cont("attributes_real", 0.57)'],
    ['p99', 'quantile_cont("attributes_real", 0.99)'],
  ])('%s', (fn, sql) => {
    expect(expression(fn, 'Attributes.real')).toBe(sql)
  })

  test('booleans count as 0 and 1 where numbers are wanted', () => {
    expect(expression('avg', 'Attributes.flag')).toBe('avg(CAST("attributes_flag" AS INTEGER))')
    expect(expression('stddev', 'Attributes.flag')).toBe('stddev_samp(CAST("attributes_flag" AS INTEGER))')
    expect(expression('max', 'Attributes.flag')).toBe('max("attributes_flag")')
  })
})
