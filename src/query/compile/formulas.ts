import { AppError } from '../../core/errors.ts'
import type { FormulaRequest } from '../request/measures.ts'
import { type Sql, sql } from '../sql.ts'
import type { Selected } from './select.ts'

/**
 * A column that formulas may build on: whether it is a sum over rows, so that the whole is the sum of its parts, and whether it
 * is 0 where there are no rows, as counts and sums are; others have no value there.
 */
export type Measure = Selected & Readonly<{ isAdditive: boolean; isZeroOfNone?: boolean }>

const bad = (message: string, path: string, actual: unknown, next: string, expected?: readonly string[]) =>
  new AppError({ code: 'invalid_argument', message, path, actual, expected, next })

function find(measures: readonly Measure[], name: string, at: string): Measure {
  const numeric = measures.filter(({ type }) => type === 'integer' || type === 'double')
  const found = numeric.find((measure) => measure.name === name)
  if (found) return found
  const isKnown = measures.some((measure) => measure.name === name)
  throw bad(
    isKnown ? `"${name}" is no number.` : `There is no aggregate or earlier formula "${name}".`,
    at,
    name,
    'Take one of the columns listed.',
    numeric.map((measure) => measure.name),
  )
}

const toUnit = (a: string, b: string) => (a === b ? '' : a && b ? `${a} / ${b}` : a)

/** Division by nothing gives no value. */
const divide = (a: Sql, b: Sql) => sql`CAST(${a} AS DOUBLE) / nullif(CAST(${b} AS DOUBLE), 0)`

/** What the total of a column is, of which groups have their shares. */
export type ToTotal = (column: Sql) => Sql

function compileFormula(
  measures: readonly Measure[],
  { name, fn, of, by }: FormulaRequest,
  toTotal: ToTotal,
  at: string,
): Measure {
  const first = find(measures, of, `${at}.of`)
  if (fn === 'share_of_total') {
    if (by !== undefined)
      throw bad('share_of_total takes no second column.', `${at}.by`, by, 'Leave by out, or use ratio.')
    if (!first.isAdditive)
      throw bad(
        `The total of "${of}" is not the sum of its groups.`,
        `${at}.of`,
        of,
        'Take a column of fn count or sum.',
      )
    const share = divide(first.sql, toTotal(first.sql))
    return { name, sql: share, type: 'double', unit: 'share 0-1', isAdditive: false }
  }
  if (by === undefined)
    throw bad(`${fn} needs a second column.`, `${at}.by`, fn, 'Add by, the name of another column.')
  const second = find(measures, by, `${at}.by`)
  if (fn === 'difference') {
    const isWhole = first.type === 'integer' && second.type === 'integer'
    return {
      name,
      sql: sql`(${first.sql} - ${second.sql})`,
      type: isWhole ? 'integer' : 'double',
      unit: first.unit,
      isAdditive: false,
      isZeroOfNone: first.isZeroOfNone === true && second.isZeroOfNone === true,
    }
  }
  if (fn === 'ratio') {
    const ratio = divide(first.sql, second.sql)
    return { name, sql: ratio, type: 'double', unit: toUnit(first.unit, second.unit), isAdditive: false }
  }
  const change = divide(sql`(${first.sql} - ${second.sql})`, second.sql)
  return { name, sql: change, type: 'double', unit: 'share', isAdditive: false }
}

/** The columns that formulas compute from others. Throws `invalid_argument`. */
export function compileFormulas(
  measures: readonly Measure[],
  formulas: readonly FormulaRequest[] | undefined,
  toTotal: ToTotal,
  at: string,
): readonly Measure[] {
  const known = [...measures]
  for (const [i, formula] of (formulas ?? []).entries()) {
    const place = `${at}.formulas[${i}]`
    known.push({ ...compileFormula(known, formula, toTotal, place), at: `${place}.name` })
  }
  return known.slice(measures.length)
}
