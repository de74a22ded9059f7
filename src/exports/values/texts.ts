import type { Cell } from './cell.ts'

/** SQL for a text: blank becomes NULL. */
export const toText = ({ sql }: Cell): string => `nullif(CAST(${sql} AS VARCHAR), '')`

/** SQL for a text as it is, blank or not, such as a log record's body. */
export const toRawText = ({ sql }: Cell): string => `CAST(${sql} AS VARCHAR)`

/** SQL for a span's name, which is never NULL: a span without one has the empty name, as in the protocol. */
export const toSpanName = (cell: Cell): string => `coalesce(${toRawText(cell)}, '')`

/** SQL for a whole number; NULL where it is none. */
export const toInteger = ({ sql }: Cell): string => `TRY_CAST(${sql} AS BIGINT)`
