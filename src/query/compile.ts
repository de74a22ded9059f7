import { compileAggregates } from './compile/aggregates.ts'
import { compileCompare } from './compile/compare.ts'
import { compileFacet } from './compile/facet.ts'
import { compileGrouped } from './compile/grouped.ts'
import { compileRate } from './compile/rate.ts'
import { compileSeries } from './compile/series.ts'
import { compileTable } from './compile/table.ts'
import type { CompiledQuery, QuerySource } from './compiled.ts'
import type { QueryOf, QueryRequest, QueryType } from './request/queries.ts'

const compilers: Readonly<{
  [T in QueryType]: (source: QuerySource, request: QueryOf<T>, at: string) => CompiledQuery
}> = {
  scalar: (source, request, at) =>
    compileGrouped(source, request, compileAggregates(source, request.aggregates, at), at),
  series: compileSeries,
  table: compileTable,
  rate: compileRate,
  facet: compileFacet,
  compare: compileCompare,
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
