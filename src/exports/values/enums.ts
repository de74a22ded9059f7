import { spanKinds, statusCodes } from '../../catalog/span-enums.ts'
import type { Cell } from './cell.ts'

const toEnum = ({ sql }: Cell, prefix: string, names: readonly string[], fallback: string): string => {
  const cases = names.map(
    (name, code) => `WHEN '${name.toUpperCase()}' THEN '${name}' WHEN '${code}' THEN '${name}'`,
  )
  return `CASE replace(upper(CAST(${sql} AS VARCHAR)), '${prefix}', '') ${cases.join(' ')} ELSE '${fallback}' END`
}

/** SQL for a span kind in any spelling: `SPAN_KIND_SERVER`, `Server`, `server`, 2. */
export const toSpanKind = (cell: Cell): string => toEnum(cell, 'SPAN_KIND_', spanKinds, 'Unspecified')

/** SQL for a status code in any spelling: `STATUS_CODE_ERROR`, `Error`, `ERROR`, 2. */
export const toStatusCode = (cell: Cell): string => toEnum(cell, 'STATUS_CODE_', statusCodes, 'Unset')
