import type { Measure as Definition, MeasureFilter, MeasureTerm } from '../../catalog/measure.ts'
import { AppError } from '../../core/errors.ts'
import { findNearestNames } from '../../core/nearest-names.ts'
import type { QuerySource } from '../compiled.ts'
import type { FilterRequest } from '../request/filters.ts'
import type { AggregateRequest } from '../request/measures.ts'
import { resolveColumn } from '../resolve-column.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { compileFilters } from './filters.ts'
import type { Measure } from './formulas.ts'
import { amongRows, compileFunction } from './functions.ts'

/** An aggregate that is a named measure. */
export type NamedRequest = AggregateRequest & Readonly<{ measure: string }>

/** Whether an aggregate is a named measure. */
export const isNamed = (request: AggregateRequest): request is NamedRequest =>
  request.measure !== undefined && request.fn === undefined

function findDefinition(
  { measures, schema }: QuerySource,
  { measure, path }: NamedRequest,
  at: string,
): Definition {
  const found = measures.find(({ name }) => name === measure)
  const names = measures.filter(({ service }) => service === schema.service.name).map(({ name }) => name)
  if (!found) {
    throw new AppError({
      code: 'unknown_name',
      message: `There is no measure "${measure}".`,
      path: `${at}.measure`,
      actual: measure,
      expected: names,
      nearest: findNearestNames(measure, names),
      next: 'Use one of the measures of this service, or fn and path; get_schema describes them.',
    })
  }
  if (found.service !== schema.service.name) {
    throw new AppError({
      code: 'invalid_argument',
      message: `${measure} is measured on ${found.service}, not on ${schema.service.name}.`,
      path: `${at}.measure`,
      actual: measure,
      expected: names,
      next: `Set service to "${found.service}".`,
    })
  }
  if (path === '*') return found
  throw new AppError({
    code: 'invalid_argument',
    message: 'A measure has its own columns.',
    path: `${at}.path`,
    actual: path,
    next: 'Leave path out; filters may narrow the measure.',
  })
}

type Parameters = Readonly<Record<string, number>>

/** The measure's parameters with the values that the caller gave. */
function readParameters(
  { name, parameters }: Definition,
  given: Parameters | undefined,
  at: string,
): Parameters {
  const unknown = Object.keys(given ?? {}).find((key) => !Object.hasOwn(parameters, key))
  if (unknown !== undefined) {
    const valid = Object.keys(parameters)
    throw new AppError({
      code: 'unknown_name',
      message: `${name} has no parameter "${unknown.slice(0, 60)}".`,
      path: `${at}.parameters`,
      actual: unknown,
      expected: valid,
      nearest: findNearestNames(unknown, valid),
      next: valid.length > 0 ? 'Use one of the parameters listed.' : 'Leave parameters out.',
    })
  }
  const defaults = Object.entries(parameters).map(([key, parameter]) => [key, parameter.default] as const)
  return { ...Object.fromEntries(defaults), ...given }
}

/** The columns that a measure is made of. */
const listPaths = ({ filters, numerator, denominator }: Definition): readonly string[] => {
  const terms = [...numerator, ...denominator]
  const paths = [...filters, ...terms, ...terms.flatMap((term) => term.filters)].map(({ path }) => path)
  return [...new Set(paths)].filter((path) => path !== '*')
}

/** A measure may speak of columns that an export has and another has not. */
function checkColumns({ schema }: QuerySource, definition: Definition, at: string): void {
  for (const path of listPaths(definition)) {
    try {
      resolveColumn(schema, path, at)
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      throw new AppError(
        {
          code: 'no_data',
          message: `${definition.name} needs ${path}, which no row of ${schema.service.name} has.`,
          path: at,
          actual: definition.name,
          next: 'Use another measure; or, if the value stands in another column, define a measure of your own in measures.yaml.',
        },
        { cause },
      )
    }
  }
}

/** A definition's filters with the values of its parameters. */
const toFilters = (filters: readonly MeasureFilter[], values: Parameters): readonly FilterRequest[] =>
  filters.map(
    (filter) =>
      Object.fromEntries(
        Object.entries(filter).map(([key, operand]) => [
          key,
          typeof operand === 'object' && 'parameter' in operand
            ? (values[operand.parameter] ?? 0) * operand.times
            : operand,
        ]),
      ) as FilterRequest,
  )

/** Whether a measure is the mean of sums of columns, taken over the rows that count. */
const isMean = ({ numerator, denominator }: Definition): boolean =>
  denominator.length === 1 &&
  denominator.every(({ fn, path, filters }) => fn === 'count' && path === '*' && filters.length === 0) &&
  numerator.every(({ fn, filters }) => fn === 'sum' && filters.length === 0)

const isShare = ({ numerator, denominator }: Definition): boolean =>
  denominator.length > 0 && [...numerator, ...denominator].every(({ fn }) => fn === 'count')

/** A sum of terms as one column. */
function add(terms: readonly Measure[], name: string): Measure {
  const [first] = terms
  if (!first) throw new Error('a measure without terms')
  if (terms.length === 1) return { ...first, name }
  const isWhole = terms.every(({ type }) => type === 'integer')
  const sum = join(
    terms.map((term) => sql`coalesce(${term.sql}, 0)`),
    ' + ',
  )
  return { ...first, name, type: isWhole ? 'integer' : 'double', sql: sql`(${sum})` }
}

const multiply = (text: Sql, factor: number) =>
  factor === 1 ? text : sql`(${text}) * ${raw(String(factor))}`

/** A measure in SQL. */
export type Named = Readonly<{
  /** The figure and, of a ratio, `<name>_numerator` and `<name>_denominator`. */
  columns: readonly Measure[]
  /** Whether it is a share of cases, the mean of a value per row, or neither. */
  kind: 'share' | 'mean' | 'other'
  /** One row's value of a mean, in the measure's unit, and whether the row counts. */
  value: Sql
  counts: Sql
}>

/** Compiles a named measure, over the rows that match the request's own filters, and one more condition if given. */
export function compileNamed(
  source: QuerySource,
  request: NamedRequest,
  at: string,
  more: Sql = raw('TRUE'),
): Named {
  const definition = findDefinition(source, request, at)
  const { scale, unit } = definition
  const { schema } = source
  const { name } = request
  const parameters = readParameters(definition, request.parameters, at)
  const place = `${at}.measure`
  checkColumns(source, definition, place)
  const own = compileFilters(schema, request.filters, `${at}.filters`)
  const rows = compileFilters(schema, toFilters(definition.filters, parameters), place)
  const compileTerms = (terms: readonly MeasureTerm[]) =>
    terms.map(({ fn, path, filters }): Measure => {
      const term = compileFunction(schema, { fn, path }, place)
      const condition = compileFilters(schema, toFilters(filters, parameters), place)
      return { ...term, name, sql: amongRows(term.sql, [more, own, rows, condition]) }
    })
  const numerator = add(compileTerms(definition.numerator), `${name}_numerator`)
  const kind = isShare(definition) ? 'share' : isMean(definition) ? 'mean' : 'other'
  const values = kind === 'mean' ? definition.numerator : []
  const value = join(
    [
      raw('0'),
      ...values.map(
        ({ path }) => sql`coalesce(CAST(${resolveColumn(schema, path, place).sql} AS DOUBLE), 0)`,
      ),
    ],
    ' + ',
  )
  const base = { kind, value: multiply(value, scale), counts: sql`${own} AND ${rows}` } as const
  if (definition.denominator.length === 0) {
    const type = scale === 1 ? numerator.type : 'double'
    const figure = {
      ...numerator,
      name,
      type,
      sql: multiply(numerator.sql, scale),
      unit: unit || numerator.unit,
    }
    return { ...base, columns: [figure] }
  }
  const denominator = add(compileTerms(definition.denominator), `${name}_denominator`)
  const ratio = sql`CAST(${numerator.sql} AS DOUBLE) / nullif(CAST(${denominator.sql} AS DOUBLE), 0)`
  const figure: Measure = { name, sql: multiply(ratio, scale), type: 'double', unit, isAdditive: false }
  return { ...base, columns: [figure, numerator, denominator] }
}
