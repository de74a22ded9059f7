import { quoteText } from '../../core/sql-text.ts'
import { defineStatement, type Statement } from '../../engine/engine.ts'
import { agentSpans } from './agent-spans.ts'
import { botSpans } from './bot-spans.ts'
import { journeySpans } from './journey-spans.ts'
import { nodeSpans } from './node-spans.ts'
import { compileSpanSource } from './span-source.ts'

const sources = [...journeySpans, ...nodeSpans, ...botSpans, ...agentSpans]

/** Writes the spans of the stage tables to a Parquet file, sorted by time. */
export const compileSpanFile = (path: string): Statement =>
  defineStatement(`
COPY (
${sources.map(compileSpanSource).join('\n  UNION ALL')}
  ORDER BY "Timestamp", "TraceId", "SpanId"
) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768)`)
