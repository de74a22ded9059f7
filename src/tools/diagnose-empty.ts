import { findNearestNames } from '../core/nearest-names.ts'
import type { Row } from '../engine/engine.ts'
import { countByFilter, type EmptySource, selectValues } from '../query/explain-empty.ts'
import type { FilterRequest } from '../query/request/filters.ts'
import type { ToolContext } from './tool.ts'

/** Values of a column among which the one that was meant is looked for. */
const mostValues = 2_000
const shownValues = 5
const shownFilters = 5

type Question = Readonly<{
  source: EmptySource
  filters: readonly FilterRequest[]
  at: string
  /** What one row is. */
  row?: 'row' | 'span'
}>

const toWords = ({ path, ...operators }: FilterRequest) => {
  const [[operator, operand] = ['', '']] = Object.entries(operators)
  const text = JSON.stringify(operand) ?? ''
  return `${path} ${operator} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}

const wantedText = ({ eq, in: list, contains, starts_with: start }: FilterRequest) => {
  const operand = eq ?? list?.[0] ?? contains ?? start
  return typeof operand === 'string' ? operand : undefined
}

/** What values there are in place of one that no row has. */
async function findValues(
  { source, filters, at }: Question,
  i: number,
  { runtime, signal }: ToolContext,
): Promise<string | undefined> {
  const filter = filters[i] as FilterRequest
  const rows = await runtime.engine.run(
    selectValues(source, filter.path, mostValues, `${at}.filters[${i}].path`),
    signal,
  )
  const values = rows.map(({ value }) => String(value))
  if (values.length === 0) return `${filter.path} has no value in this window.`
  const wanted = wantedText(filter)
  const near = wanted === undefined ? [] : findNearestNames(wanted, values, shownValues)
  const shown = (near.length > 0 ? near : values.slice(0, shownValues)).map((value) =>
    JSON.stringify(value.slice(0, 80)),
  )
  return `${near.length > 0 ? 'Nearest' : 'Most frequent'} values of ${filter.path}: ${shown.join(', ')}.`
}

const toCount = (rows: Row, name: string) => Number(rows[name] ?? 0)

/**
 * Why no row matched: which filter, dropped alone, lets rows through, and what values there are where no row has the one
 * that was asked for. Undefined where the window has no rows at all.
 */
export async function diagnoseEmpty(question: Question, context: ToolContext): Promise<string | undefined> {
  const { source, filters, at, row = 'row' } = question
  const { runtime, signal } = context
  const [counts = {}] = await runtime.engine.run(countByFilter(source, filters, at), signal)
  const rows = toCount(counts, 'rows')
  if (rows === 0) return undefined
  const matching = toCount(counts, 'matching')
  if (matching > 0)
    return `${matching} ${row}s match the filters; conditions on groups (having) leave none of their groups.`
  if (filters.length === 0) return `The window has ${rows} ${row}s.`
  const dropped = filters.flatMap((filter, i) => {
    const left = toCount(counts, `without_${i}`)
    return left > 0 ? [`Without ${toWords(filter)}: ${left} ${row}s.`] : []
  })
  const never = filters.flatMap((_, i) => (toCount(counts, `alone_${i}`) === 0 ? [i] : []))
  const values = await Promise.all(never.slice(0, 2).map((i) => findValues(question, i, context)))
  return [
    `The window has ${rows} ${row}s before filters.`,
    ...dropped.slice(0, shownFilters),
    ...(dropped.length === 0 && filters.length > 1
      ? [`No single filter, dropped alone, lets a ${row} through.`]
      : []),
    ...never
      .slice(0, shownFilters)
      .map((i) => `No ${row} of the window matches ${toWords(filters[i] as FilterRequest)}.`),
    ...values.filter((text) => text !== undefined),
  ].join(' ')
}
