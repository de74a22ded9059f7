import { quoteText } from '../../core/sql-text.ts'
import { column, type Source } from '../layouts/layout.ts'
import { toAttributeText } from '../values/attributes/attribute-columns.ts'
import { absent, type Cell, constant } from '../values/cell.ts'
import { type TimeUnit, toDuration, toTimestamp } from '../values/times.ts'
import type { DurationRule, PlainRule, Rules, TimeRule } from './mapping-schema.ts'

/** A rule that holds column or value, as far as it is of interest here. */
type ValueRule = Pick<PlainRule, 'column' | 'value' | 'map'>

/** The rules of a place as a list; a column's name alone is the shortest rule. */
const toRules = <Rule>(rules: Rules<Rule> | Rule[] | undefined): readonly (Rule | { column: string })[] =>
  rules === undefined
    ? []
    : [rules].flat().map((rule) => (typeof rule === 'string' ? { column: rule } : (rule as Rule)))

const textOf = (cell: Cell): Cell => ({ sql: toAttributeText(cell), type: 'VARCHAR' })

function toMapped(cell: Cell, map: NonNullable<ValueRule['map']>): Cell {
  const { sql } = textOf(cell)
  const cases = Object.entries(map).map(
    ([from, to]) => `WHEN ${quoteText(from)} THEN ${quoteText(String(to))}`,
  )
  return cases.length === 0
    ? { sql, type: 'VARCHAR' }
    : { sql: `CASE ${sql} ${cases.join(' ')} ELSE ${sql} END`, type: 'VARCHAR' }
}

function compileRule(source: Source, { column: name, value, map }: ValueRule): Cell {
  if (name === undefined) return constant(String(value))
  const cell = column(source, name)
  return map ? toMapped(cell, map) : cell
}

/** What the rules give, in the column's own type where there is one rule; else the first text that is not blank. */
export function compileValue(source: Source, rules: Rules<PlainRule> | undefined): Cell {
  const cells = toRules<ValueRule>(rules).map((rule) => compileRule(source, rule))
  const [first] = cells
  if (first === undefined) return absent
  if (cells.length === 1) return first
  return { sql: `coalesce(${cells.map((cell) => textOf(cell).sql).join(', ')})`, type: 'VARCHAR' }
}

const hasZone = '.*(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)'
const isCount = '[0-9]+([.][0-9]+)?'

/** A local time of a place, to the microsecond. */
const fromLocal = (local: string, timezone: string) =>
  `TRY(CAST((CAST(${local} AS TIMESTAMP) AT TIME ZONE ${quoteText(timezone)}) AT TIME ZONE 'UTC' AS TIMESTAMP_NS))`

/** A text by a strptime format; formats with %z or %Z read an offset from the text. */
function fromFormat(text: string, format: string, timezone: string | undefined): string {
  const parsed = `TRY_STRPTIME(${text}, ${quoteText(format)})`
  if (/%z/i.test(format.replaceAll('%%', '')))
    return toTimestamp({ sql: parsed, type: 'TIMESTAMP WITH TIME ZONE' })
  return timezone ? fromLocal(parsed, timezone) : `TRY(CAST(${parsed} AS TIMESTAMP_NS))`
}

/** A count without a unit is no time: nothing tells seconds from nanoseconds. */
function fromPlainText({ sql, type }: Cell, timezone: string | undefined): string {
  const iso = toTimestamp({ sql, type })
  const local = timezone
    ? `CASE WHEN regexp_full_match(trim(${sql}), '${hasZone}') AND contains(${sql}, ':') THEN ${iso} ELSE ${fromLocal(`TRY_CAST(${sql} AS TIMESTAMP)`, timezone)} END`
    : iso
  return `CASE WHEN NOT regexp_full_match(trim(${sql}), '${isCount}') THEN ${local} END`
}

function compileTimeRule(source: Source, { column: name, unit, format, timezone }: TimeRule): string {
  const cell = column(source, name)
  if (format !== undefined) {
    const text = toAttributeText(cell)
    return `coalesce(${[format]
      .flat()
      .map((form) => fromFormat(text, form, timezone))
      .join(', ')}, NULL)`
  }
  if (unit !== undefined) return toTimestamp(cell, unit)
  if (cell.type === 'VARCHAR') return fromPlainText(cell, timezone)
  return timezone && /^(TIMESTAMP(_NS|_MS|_S)?|DATE)$/.test(cell.type)
    ? fromLocal(cell.sql, timezone)
    : toTimestamp(cell)
}

/** SQL for a canonical time: the first rule's that gives one. */
export function compileTime(source: Source, rules: Rules<TimeRule>): string {
  const times = toRules<TimeRule>(rules).map((rule) => compileTimeRule(source, rule))
  return times.length === 1 ? (times[0] ?? '') : `coalesce(${times.join(', ')})`
}

const isClock = '[0-9]{1,4}:[0-9]{2}:[0-9]{2}([.][0-9]+)?'

/** A count of units, or a text such as `00:03:25`. */
function fromLength(cell: Cell, start: string, unit: TimeUnit): string {
  const counted = toDuration(cell, start, unit)
  if (cell.type !== 'VARCHAR') return counted
  const clock = toDuration({ sql: `TRY_CAST(${cell.sql} AS INTERVAL)`, type: 'INTERVAL' }, start)
  return `CASE WHEN regexp_full_match(trim(${cell.sql}), '${isClock}') THEN ${clock} ELSE ${counted} END`
}

/** SQL for a canonical duration: by the first rule whose column is not blank. */
export function compileDuration(source: Source, rules: DurationRule | DurationRule[], start: string): string {
  const cases = toRules<DurationRule>(rules).map((rule) => {
    const { column: name, value, unit } = rule as DurationRule
    const cell = name === undefined ? constant(String(value)) : column(source, name)
    return `WHEN ${toAttributeText(cell)} IS NOT NULL THEN ${fromLength(cell, start, unit)}`
  })
  return `CASE ${cases.join(' ')} ELSE 0 END`
}
