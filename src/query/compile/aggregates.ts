import { AppError } from '../../core/errors.ts'
import type { QuerySource } from '../compiled.ts'
import type { AggregateRequest } from '../request/measures.ts'
import { raw, type Sql } from '../sql.ts'
import { compileFilters } from './filters.ts'
import type { Measure } from './formulas.ts'
import { amongRows, compileFunction, type FunctionRequest } from './functions.ts'
import { compileNamed, isNamed } from './named-measures.ts'

function toFunction({ name, fn, measure, path }: AggregateRequest, at: string): FunctionRequest {
  if (fn !== undefined && measure === undefined) return { fn, path }
  const both = fn !== undefined
  throw new AppError({
    code: 'invalid_argument',
    message: `The aggregate "${name.slice(0, 80)}" has ${both ? 'both fn and measure' : 'neither fn nor measure'}.`,
    path: at,
    expected: ['fn', 'measure'],
    next: both ? 'Leave one of them out.' : 'Add fn, e.g. count, or measure, one of those of get_schema.',
  })
}

/**
 * One aggregate over the rows that match its own filters, and one more condition if given. Throws `unknown_name` for a function
 * or path, `invalid_argument` where they do not go together.
 */
export function compileAggregate(
  { schema }: QuerySource,
  request: AggregateRequest,
  at: string,
  more: Sql = raw('TRUE'),
): Measure {
  const measure = compileFunction(schema, toFunction(request, at), at)
  const own = compileFilters(schema, request.filters, `${at}.filters`)
  return { ...measure, name: request.name, sql: amongRows(measure.sql, [more, own]) }
}

/** The aggregates of a query; a measure that is a ratio comes with its two parts behind all others. */
export function compileAggregates(
  source: QuerySource,
  requests: readonly AggregateRequest[],
  at: string,
): readonly Measure[] {
  const compiled = requests.map((request, i): readonly Measure[] => {
    const place = `${at}.aggregates[${i}]`
    const columns = isNamed(request)
      ? compileNamed(source, request, place).columns
      : [compileAggregate(source, request, place)]
    return columns.map((column) => ({ ...column, at: `${place}.name` }))
  })
  return [...compiled.flatMap(([first]) => first ?? []), ...compiled.flatMap(([, ...parts]) => parts)]
}
