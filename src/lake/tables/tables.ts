import { journeyTable } from './journey-table.ts'
import { logsTable } from './logs-table.ts'
import { agentTable, aiTable, nodeTable } from './span-service-tables.ts'
import { spansTable } from './spans-table.ts'
import type { LakeTable } from './table.ts'
import { tracesTable } from './traces-table.ts'

/** The tables made from one day's spans, in building order: a later one may read an earlier one. */
export const spanTables: readonly LakeTable[] = [
  spansTable,
  tracesTable,
  agentTable,
  nodeTable,
  aiTable,
  journeyTable,
]

/** The tables made from one day's logs. */
export const logTables: readonly LakeTable[] = [logsTable]
