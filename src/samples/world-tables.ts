import { quoteName, quoteText } from '../core/sql-text.ts'
import { defineStatement, type Statement } from '../engine/engine.ts'
import type { Period } from './calendar.ts'
import { agents } from './world/agents.ts'
import { hourlyLoad, listArrivals } from './world/arrivals.ts'
import { disconnectReasons } from './world/disconnect-reasons.ts'
import { listOutages, listReleases, rushes } from './world/effects.ts'
import { flowNodes, flows } from './world/flows.ts'
import { bots, intents } from './world/intents.ts'
import { queues } from './world/queues.ts'
import { isps } from './world/sites.ts'

type Cell = string | number | boolean
type Row = Readonly<Record<string, Cell>>

/** Numbers with a fraction carry an exponent: DuckDB reads `0.5` as DECIMAL and `0.5e0` as DOUBLE. */
const toLiteral = (cell: Cell): string => {
  if (typeof cell === 'string') return quoteText(cell)
  return typeof cell === 'boolean' || Number.isInteger(cell) ? String(cell) : `${cell}e0`
}

function toTable(name: string, rows: readonly Row[]): Statement {
  const columns = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => `(${columns.map((column) => toLiteral(row[column] ?? '')).join(', ')})`)
  return defineStatement(`
CREATE TABLE samples.${quoteName(name)} AS
SELECT *
FROM (VALUES ${values.join(',\n')}) AS t(${columns.map(quoteName).join(', ')})`)
}

/** Adds `share_below`, the share of the weights before a row: a uniform number picks the last row at or below it. */
function withShares<T extends Row & Readonly<{ weight: number }>>(rows: readonly T[]) {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  let before = 0
  return rows.map((row) => {
    const share_below = before / total
    before += row.weight
    return { ...row, share_below }
  })
}

const weekdays = [1, 2, 3, 4, 5, 6, 7]
const peakLoad = Math.max(...hourlyLoad)

/** The statements that lay the constant tables of the sample world into the schema `samples`. */
export const listWorldTables = (period: Period): readonly Statement[] => [
  toTable('queue', queues),
  toTable('agent', agents),
  toTable('isp', isps),
  toTable('flow', flows),
  toTable('flow_node', flowNodes),
  toTable('bot', bots),
  toTable(
    'intent',
    queues.flatMap(({ name }) => withShares(intents.filter(({ queue }) => queue === name))),
  ),
  toTable(
    'arrival',
    weekdays.flatMap((weekday) => withShares(listArrivals(weekday))),
  ),
  toTable(
    'hour',
    hourlyLoad.map((load, hour) => ({ hour, load: 0.5 + load / peakLoad })),
  ),
  toTable('rush', rushes),
  toTable('outage', listOutages(period)),
  toTable('release', listReleases(period)),
  toTable('disconnect_reason', withShares(disconnectReasons)),
]
