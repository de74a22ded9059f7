import type { Column } from '../catalog/column.ts'
import { AppError } from '../core/errors.ts'
import type { TimeRange } from '../core/time-range.ts'
import type { Statement } from '../engine/engine.ts'
import { type CompiledAggregate, compileAggregate } from './compile-aggregate.ts'
import { compileFilters } from './compile-filter.ts'
import { instant } from './instant.ts'
import type { AggregateRequest, OrderRequest, QueryRequest, QueryType } from './request.ts'
import { type ResolvedColumn, resolveColumn } from './resolve-column.ts'
import type { QuerySchema } from './schema.ts'
import { join, name, raw, type Sql, sql, value, when } from './sql.ts'

/** A result column: its name in the answer, type and unit. */
export type ResultColumn = Readonly<{ name: string; type: Column['type']; unit: string }>

/** A statement and the columns of its rows, in order. It asks for one row more than `limit`, to know whether there are more. */
export type CompiledQuery = Readonly<{
  statement: Statement
  /** Names of all columns of its rows, those that are not shown among them. */
  names: readonly string[]
  columns: readonly ResultColumn[]
  limit: number
}>

/** Where a query reads: the rows of the service as a SELECT, its schema, and the window. */
export type QuerySource = Readonly<{ relation: string; schema: QuerySchema; range: TimeRange }>

type Selected = Readonly<{ name: string; sql: Sql; type: Column['type']; unit: string }>

type Of<T extends QueryType> = Extract<QueryRequest, { type: T }>

const inWindow = ({ startNs, endNs }: TimeRange): Sql =>
  sql`"timestamp" >= ${instant(startNs)}\n  AND "timestamp" < ${instant(endNs)}`

const from = ({ relation }: QuerySource): Sql => raw(`FROM (\n${relation}\n) AS source`)

function where(source: QuerySource, filters: Parameters<typeof compileFilters>[1], at: string): Sql {
  const conditions = compileFilters(source.schema, filters, `${at}.filters`)
  return sql`WHERE ${inWindow(source.range)}${when(conditions.sql !== 'TRUE', () => sql`\n  AND ${conditions}`)}`
}

const select = (columns: readonly Selected[]): Sql =>
  sql`SELECT\n  ${join(
    columns.map((column) => sql`${column.sql} AS ${name(column.name)}`),
    ',\n  ',
  )}`

function compileGroups(
  { schema }: QuerySource,
  grouping: readonly string[] | undefined,
  at: string,
): readonly Selected[] {
  return (grouping ?? []).map((path, i) => {
    const { column, sql: text } = resolveColumn(schema, path, `${at}.grouping[${i}]`)
    return { name: path, sql: text, type: column.type, unit: column.unit }
  })
}

const compileAggregates = (
  source: QuerySource,
  requests: readonly AggregateRequest[],
  at: string,
): readonly CompiledAggregate[] =>
  requests.map((request, i) => compileAggregate(source.schema, request, `${at}.aggregates[${i}]`))

/** Names are one each, and none holds a NUL, which an attribute's key may: it would end the name in SQL. */
function checkNames(columns: readonly Selected[], at: string): void {
  const bad = (message: string, actual: string, next: string) =>
    new AppError({ code: 'invalid_argument', message, path: at, actual, next })
  const twice = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) !== i)
  if (twice) {
    const message = `Two columns of the result would be called "${twice.name}".`
    throw bad(message, twice.name, 'Give each aggregate a name of its own.')
  }
  const broken = columns.find(({ name }) => name.includes('\0'))
  if (broken) {
    const message = 'A column whose name holds a NUL character cannot be a column of the result.'
    throw bad(message, broken.name, 'Use it in a filter or in an aggregate.')
  }
}

const groupBy = (groups: readonly Selected[]): Sql =>
  when(groups.length > 0, () => raw(`\nGROUP BY ${byGroups(groups).join(', ')}`))

const direction = (order: OrderRequest): Sql =>
  raw(order.direction === 'desc' ? 'DESC NULLS LAST' : 'ASC NULLS LAST')

/**
 * Orders by columns of the result; ties, and everything without an order, by `fallback`, so that answers repeat.
 * By their positions: names in SQL ignore case, so that "n" and "N" would be one column.
 */
function orderBy(
  selected: readonly Selected[],
  orders: readonly OrderRequest[] | undefined,
  fallback: readonly string[],
  at: string,
): Sql {
  const wanted = (orders ?? []).map((order, i) => {
    const found = selected.findIndex(({ name }) => name === order.path)
    if (found >= 0) return sql`${raw(String(found + 1))} ${direction(order)}`
    throw new AppError({
      code: 'unknown_name',
      message: `The result has no column "${order.path.slice(0, 120)}" to order by.`,
      path: `${at}.orders[${i}].path`,
      actual: order.path.slice(0, 120),
      expected: selected.map(({ name }) => name),
      next: 'Order by one of the columns listed.',
    })
  })
  const all = [...wanted, ...fallback.map(raw)]
  return when(all.length > 0, () => sql`\nORDER BY ${join(all, ', ')}`)
}

const limitTo = (limit: number): Sql => raw(`\nLIMIT ${limit + 1}`)

/** A query whose statement gives `selected`, or these and more (`given`). */
const toCompiled = (
  statement: Statement,
  selected: readonly Selected[],
  limit: number,
  given: readonly Selected[] = selected,
): CompiledQuery => ({
  statement,
  names: given.map(({ name }) => name),
  columns: selected.map(({ name, type, unit }) => ({ name, type, unit })),
  limit,
})

/** Groups, which come first in the result, by their values. */
const byGroups = (groups: readonly Selected[]): readonly string[] => groups.map((_, i) => String(i + 1))

/** Groups by the order of their first aggregate, largest first, then by their values. */
const largestFirst = (groups: readonly Selected[]): readonly string[] =>
  groups.length === 0 ? [] : [`${groups.length + 1} DESC NULLS LAST`, ...byGroups(groups)]

/** How many rows an ungrouped query saw: it returns one row even where nothing matched. */
export const matchedRowsName = '__matched_rows'

const matchedRows: Selected = { name: matchedRowsName, sql: raw('count(*)'), type: 'integer', unit: 'rows' }

function compileGrouped(
  source: QuerySource,
  request: Of<'scalar'> | Of<'rate'>,
  measures: readonly Selected[],
  at: string,
): CompiledQuery {
  const groups = compileGroups(source, request.grouping, at)
  const selected = [...groups, ...measures]
  const counted = groups.length > 0 ? selected : [...selected, matchedRows]
  checkNames(counted, at)
  const statement = sql`${select(counted)}
${from(source)}
${where(source, request.filters, at)}${groupBy(groups)}${orderBy(selected, request.orders, largestFirst(groups), at)}${limitTo(request.limit)}`
  return toCompiled(statement, selected, request.limit, counted)
}

const compileScalar = (source: QuerySource, request: Of<'scalar'>, at: string): CompiledQuery =>
  compileGrouped(source, request, compileAggregates(source, request.aggregates, at), at)

/** Per rate: the share, the rows that match (numerator) and the rows that count (denominator). */
function compileRate(source: QuerySource, request: Of<'rate'>, at: string): CompiledQuery {
  const measures = request.rates.flatMap((rate, i): Selected[] => {
    const condition = compileFilters(source.schema, rate.filters, `${at}.rates[${i}].filters`)
    const matched = sql`count(*) FILTER (WHERE ${condition})`
    return [
      { name: rate.name, sql: sql`${matched} / nullif(count(*), 0)`, type: 'double', unit: 'share 0-1' },
      { name: `${rate.name}_numerator`, sql: matched, type: 'integer', unit: 'rows' },
      { name: `${rate.name}_denominator`, sql: raw('count(*)'), type: 'integer', unit: 'rows' },
    ]
  })
  return compileGrouped(source, request, measures, at)
}

function compileSeries(source: QuerySource, request: Of<'series'>, at: string): CompiledQuery {
  const bucket: Selected = {
    name: 'bucket',
    sql: sql`time_bucket(to_seconds(CAST(${value(BigInt(request.interval))} AS BIGINT)), CAST("timestamp" AS TIMESTAMP), TIMESTAMP '1970-01-01')`,
    type: 'timestamp',
    unit: 'UTC',
  }
  const groups = [bucket, ...compileGroups(source, request.grouping, at)]
  const selected = [...groups, ...compileAggregates(source, request.aggregates, at)]
  checkNames(selected, at)
  const statement = sql`${select(selected)}
${from(source)}
${where(source, request.filters, at)}${groupBy(groups)}${orderBy(selected, [], byGroups(groups), at)}${limitTo(request.limit)}`
  return toCompiled(statement, selected, request.limit)
}

const longest = raw('10000')

/** A text as a table shows it; sorts and filters see the whole text. */
const toCell = ({ column, sql: text }: ResolvedColumn): Sql =>
  column.type === 'string'
    ? sql`if(length(${text}) > ${longest}, left(${text}, ${longest}) || '… (cut)', ${text})`
    : text

function compileTable(source: QuerySource, request: Of<'table'>, at: string): CompiledQuery {
  const selected = request.columns.map((path, i): Selected => {
    const found = resolveColumn(source.schema, path, `${at}.columns[${i}]`)
    return { name: path, sql: toCell(found), type: found.column.type, unit: found.column.unit }
  })
  checkNames(selected, at)
  const orders = (request.orders ?? []).map((order, i) => {
    const { sql: text } = resolveColumn(source.schema, order.path, `${at}.orders[${i}].path`)
    return sql`${text} ${direction(order)}`
  })
  const ids = source.schema.columns
    .filter(({ path }) => path === 'TraceId' || path === 'SpanId')
    .map((column) => name(column.name))
  const all = [...orders, raw('"timestamp" DESC'), ...ids]
  const statement = sql`${select(selected)}
${from(source)}
${where(source, request.filters, at)}
ORDER BY ${join(all, ', ')}${limitTo(request.limit)}`
  return toCompiled(statement, selected, request.limit)
}

function compileFacet(source: QuerySource, request: Of<'facet'>, at: string): CompiledQuery {
  const { column, sql: text } = resolveColumn(source.schema, request.path, `${at}.path`)
  const selected: readonly Selected[] = [
    { name: 'value', sql: text, type: column.type, unit: column.unit },
    { name: 'count', sql: raw('count(*)'), type: 'integer', unit: 'rows' },
  ]
  const statement = sql`${select(selected)}
${from(source)}
${where(source, request.filters, at)}
GROUP BY 1
ORDER BY "count" DESC, "value" ASC NULLS LAST${limitTo(request.limit)}`
  return toCompiled(statement, selected, request.limit)
}

const compilers: Readonly<{
  [T in QueryType]: (source: QuerySource, request: Of<T>, at: string) => CompiledQuery
}> = {
  scalar: compileScalar,
  series: compileSeries,
  table: compileTable,
  rate: compileRate,
  facet: compileFacet,
}

/**
 * One query as one statement. Pure. `at` is the query's place in the input, for errors.
 * Values reach SQL as parameters only, names only after they were found in the schema.
 * Throws `unknown_name` and `invalid_argument`.
 */
export function compile(source: QuerySource, request: QueryRequest, at: string): CompiledQuery {
  const compiler = compilers[request.type] as (
    source: QuerySource,
    request: QueryRequest,
    at: string,
  ) => CompiledQuery
  return compiler(source, request, at)
}
