import { getSchema } from './get-schema.ts'
import { knowledge } from './knowledge.ts'
import type { AnyTool } from './tool.ts'
import { tracesGet } from './traces-get.ts'
import { tracesList } from './traces-list.ts'
import { tracesQuery } from './traces-query.ts'
import { tracesSpanInsights } from './traces-span-insights.ts'
import { tracesSpanLogs } from './traces-span-logs.ts'

/** Every tool, in the order in which clients list them. */
export const tools: readonly AnyTool[] = [
  getSchema,
  knowledge,
  tracesList,
  tracesQuery,
  tracesGet,
  tracesSpanInsights,
  tracesSpanLogs,
]
