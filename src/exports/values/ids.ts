import type { Cell } from './cell.ts'
import { isInteger } from './times.ts'

/** Lower-case hexadecimal digits of an id in whatever form it came; NULL where it has none of these forms. */
function toHex({ sql, type }: Cell, digits: number): string {
  if (type === 'BLOB') return `lpad(lower(hex(${sql})), ${digits}, '0')`
  if (isInteger(type)) return `lpad(lower(to_hex(${sql})), ${digits}, '0')`
  const text = `CAST(${sql} AS VARCHAR)`
  const bare = `replace(trim(${text}), '-', '')`
  const base64Length = 4 * Math.ceil(digits / 6) - (digits === 32 ? 2 : 1)
  const padding = digits === 32 ? '==' : '='
  return `CASE
    WHEN regexp_full_match(${text}, '[0-9a-f]{${digits}}') THEN ${text}
    WHEN regexp_full_match(${bare}, '[0-9A-Fa-f]{1,${digits}}') THEN lpad(lower(${bare}), ${digits}, '0')
    WHEN regexp_full_match(${text}, '[A-Za-z0-9+/]{${base64Length}}${padding}') THEN lower(hex(from_base64(${text})))
  END`
}

const toId = (cell: Cell, digits: number): string =>
  cell.type === 'NULL' ? 'CAST(NULL AS VARCHAR)' : `nullif(${toHex(cell, digits)}, '${'0'.repeat(digits)}')`

/**
 * SQL for a trace id: 32 lower-case hexadecimal digits, out of hexadecimal text of any case, with dashes, or without its
 * leading zeros (64-bit ids among them), out of base64 text, out of bytes, or out of a number. NULL for anything else and for zeros.
 */
export const toTraceId = (cell: Cell): string => toId(cell, 32)

/** SQL for a span id: 16 lower-case hexadecimal digits, out of the same forms as a trace id. */
export const toSpanId = (cell: Cell): string => toId(cell, 16)

function toOwn({ sql, type }: Cell, digits: number): string {
  if (type === 'NULL' || type === 'BLOB') return toId({ sql, type }, digits)
  const text = `trim(CAST(${sql} AS VARCHAR))`
  const bare = `lower(replace(${text}, '-', ''))`
  return `CASE
    WHEN regexp_full_match(${text}, '[0-]*') THEN NULL
    WHEN regexp_full_match(${bare}, '[0-9a-f]{${digits}}') THEN ${bare}
    ELSE left(md5(${text}), ${digits})
  END`
}

/** SQL for a trace id where a system makes ids of its own: a UUID or 32 hexadecimal digits stay, anything else becomes its MD5. */
export const toForeignTraceId = (cell: Cell): string => toOwn(cell, 32)

/** SQL for a span id where a system makes ids of its own: 16 hexadecimal digits stay, anything else becomes half its MD5. */
export const toForeignSpanId = (cell: Cell): string => toOwn(cell, 16)
