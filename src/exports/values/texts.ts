import type { Cell } from './cell.ts'

/** SQL for a text: blank becomes NULL. */
export const toText = ({ sql }: Cell): string => `nullif(CAST(${sql} AS VARCHAR), '')`

/** SQL for a whole number; NULL where it is none. */
export const toInteger = ({ sql }: Cell): string => `TRY_CAST(${sql} AS BIGINT)`
