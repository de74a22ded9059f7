import { AppError } from '../../core/errors.ts'
import { coerceValue } from '../coerce-value.ts'
import type { HavingRequest } from '../request/measures.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { findPlace, type Selected } from './select.ts'

const symbols = { eq: '=', neq: 'IS DISTINCT FROM', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
const operators = Object.keys(symbols) as readonly (keyof typeof symbols)[]

function compileCondition(selected: readonly Selected[], condition: HavingRequest, at: string): Sql {
  const {
    type,
    unit,
    name,
    sql: left,
  } = selected[findPlace(selected, condition.name, `${at}.name`, 'to hold to a condition') - 1] as Selected
  const used = operators.filter((operator) => condition[operator] !== undefined)
  if (used.length === 0)
    throw new AppError({
      code: 'invalid_argument',
      message: 'The condition has a name but no operator.',
      path: at,
      actual: condition.name,
      expected: operators,
      next: `Add one, e.g. {"name":"${condition.name}","gte":10}.`,
    })
  const column = { path: name, name, type, unit, meaning: '' }
  return join(
    used.map(
      (operator) =>
        sql`${left} ${raw(symbols[operator])} ${coerceValue(column, condition[operator] ?? '', `${at}.${operator}`)}`,
    ),
    ' AND ',
  )
}

/** Conditions on columns of the result, joined by AND; TRUE for none. */
export function compileHaving(
  selected: readonly Selected[],
  having: readonly HavingRequest[] | undefined,
  at: string,
): Sql {
  if (!having || having.length === 0) return raw('TRUE')
  return join(
    having.map((condition, i) => sql`(${compileCondition(selected, condition, `${at}.having[${i}]`)})`),
    ' AND ',
  )
}
