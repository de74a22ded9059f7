import type { Column, ColumnType } from '../catalog/column.ts'
import { AppError } from '../core/errors.ts'
import { parseInstant } from '../core/time-range.ts'
import { instant } from './instant.ts'
import { type Sql, sql, value } from './sql.ts'

export type Operand = string | number | boolean

const bad = (column: Column, operand: Operand, at: string, expected: string) =>
  new AppError({
    code: 'invalid_argument',
    message: `${column.path} is ${column.type === 'integer' ? 'an integer' : `a ${column.type}`}${column.unit && ` in ${column.unit}`}; "${String(operand).slice(0, 80)}" is not.`,
    path: at,
    actual: typeof operand === 'string' ? operand.slice(0, 80) : operand,
    expected,
    next: `Give ${expected}.`,
  })

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

function toNumber(column: Column, operand: Operand, at: string): number {
  const isNumeric =
    typeof operand === 'number' || (typeof operand === 'string' && numeric.test(operand.trim()))
  if (isNumeric && Number.isFinite(Number(operand))) return Number(operand)
  throw bad(column, operand, at, 'a number')
}

/** Exact where it can be: a 64-bit integer compared as a double would match its neighbours. */
function toInteger(column: Column, operand: Operand, at: string): Sql {
  const number = toNumber(column, operand, at)
  if (Number.isInteger(number)) {
    const isDigits = typeof operand === 'string' && /^[+-]?\d+$/.test(operand.trim())
    const exact = BigInt(isDigits ? operand.trim().replace('+', '') : number)
    if (BigInt.asIntN(64, exact) === exact) return sql`CAST(${value(exact)} AS BIGINT)`
  }
  return sql`CAST(${value(number)} AS DOUBLE)`
}

function toBoolean(column: Column, operand: Operand, at: string): Sql {
  const text = String(operand).trim().toLowerCase()
  if (text === 'true' || text === '1') return sql`CAST(${value(true)} AS BOOLEAN)`
  if (text === 'false' || text === '0') return sql`CAST(${value(false)} AS BOOLEAN)`
  throw bad(column, operand, at, '"true" or "false"')
}

const coercions: Readonly<Record<ColumnType, (column: Column, operand: Operand, at: string) => Sql>> = {
  string: (_column, operand) => value(String(operand)),
  integer: toInteger,
  double: (column, operand, at) => sql`CAST(${value(toNumber(column, operand, at))} AS DOUBLE)`,
  boolean: toBoolean,
  timestamp: (_column, operand, at) => instant(parseInstant(String(operand), at)),
}

/**
 * A caller's operand as a parameter of the column's type: numbers and booleans may come as texts
 * (the wire contract has booleans as "true"), times are ISO 8601 with a zone. Throws `invalid_argument`.
 */
export const coerceValue = (column: Column, operand: Operand, at: string): Sql =>
  coercions[column.type](column, operand, at)
