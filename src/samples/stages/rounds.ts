import { defineStatement, type Statement } from '../../engine/engine.ts'

/** A journey's first leg and up to two transfers. */
export const legIndexes = [1, 2, 3] as const

export type LegIndex = (typeof legIndexes)[number]

/** Fills a table round by round: the first legs create it, transferred legs add to it. */
export const toRound = (table: string, legIndex: LegIndex, select: string): Statement =>
  defineStatement(
    `${legIndex === 1 ? 'CREATE OR REPLACE TABLE' : 'INSERT INTO'} samples.${table}${legIndex === 1 ? ' AS' : ''}${select}`,
  )
