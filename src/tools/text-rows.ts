import { z } from 'zod'
import type { JsonValue } from '../core/json-value.ts'
import { toTextTable } from './text-table.ts'

export const textFormats = ['table', 'csv', 'json'] as const

/** How rows stand in the text of an answer; the structured answer is always the same. */
export const textFormatSchema = z.enum(textFormats).default('table').describe('Form of rows in the text')
export type TextFormat = (typeof textFormats)[number]

type Column = Readonly<{ name: string; type: string; unit?: string | undefined }>
type Rows = readonly (readonly JsonValue[])[]

const units = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'µs', ns: 1e3 },
] as const

/** Significant digits of a number that was computed: more would say more than the data does. */
const digits = 6

/** A number as a table shows it: whole ones as they are, nanoseconds with what they are in plain units. */
function toShown(value: JsonValue, { unit }: Column): JsonValue {
  if (typeof value !== 'number') return value
  const round = (number: number) => (Number.isInteger(number) ? number : Number(number.toPrecision(digits)))
  const fit = unit === 'ns' ? units.find(({ ns }) => Math.abs(value) >= ns) : undefined
  return fit ? `${round(value)} (${Number((value / fit.ns).toPrecision(4))} ${fit.unit})` : round(value)
}

const toHeader = ({ name, unit }: Column) => (unit ? `${name} [${unit}]` : name)

/** RFC 4180: quoted where a comma, a quote or a line end needs it. */
const toCsvCell = (value: JsonValue): string => {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as text: a Markdown table, CSV with a header, or JSON lists. */
export function toTextRows(format: TextFormat, columns: readonly Column[], rows: Rows): string {
  const header = columns.map(toHeader)
  if (format === 'csv') return [header, ...rows].map((row) => row.map(toCsvCell).join(',')).join('\n')
  if (format === 'json') return [header, ...rows].map((row) => JSON.stringify(row)).join('\n')
  return toTextTable(
    header,
    rows.map((row) => row.map((value, i) => toShown(value, columns[i] as Column))),
  )
}
