import type { Service } from '../../catalog/service.ts'
import { agentInteraction } from '../../catalog/services/agent-interaction.ts'
import { aiInteraction } from '../../catalog/services/ai-interaction.ts'
import { nodeInteraction } from '../../catalog/services/node-interaction.ts'
import { quoteName, quoteText } from '../../core/sql-text.ts'
import { insightSeverity, insightTags } from './insight-sql.ts'
import type { LakeTable } from './table.ts'
import { readAttribute, readColumn } from './typed-columns.ts'

/** Fields of a span under the names of their paths: `Duration` is `duration`, in nanoseconds. */
const spanFields = `day, trace_id, span_id, parent_span_id, "timestamp", duration_ns AS duration, span_name, span_kind, service_name, status_code, status_message`

type Derived = Readonly<Record<string, string>>

/** The typed columns of a service: read from the span's attributes, unless derived by an expression of their own. */
function typedColumns(service: Service, derived: Derived): string {
  return service.columns
    .filter(({ path }) => path.startsWith('Attributes.'))
    .map((column) => {
      const expression = derived[column.path]
      return expression ? `${expression} AS ${quoteName(column.name)}` : readColumn(column)
    })
    .join(',\n  ')
}

type SpanTable = Readonly<{
  derived?: Derived
  /** What stands after FROM, given the spans that become rows; those themselves if absent. */
  from?: (spans: string) => string
}>

function defineSpanTable(
  service: Service,
  { derived = {}, from = (spans) => spans }: SpanTable = {},
): LakeTable {
  const spans = `(SELECT * FROM loaded WHERE span_name = ${quoteText(service.spanName ?? '')})`
  return {
    name: service.name,
    service,
    rows: {
      source: spans,
      select: (found) => `SELECT
  ${spanFields},
  ${typedColumns(service, derived)}${found}
FROM ${from(spans)}`,
    },
    columns: '* EXCLUDE (day)',
    orderBy: '"timestamp", trace_id, span_id',
    rowGroupSize: 61_440,
    parquetVersion: 'V1',
    attributes: 'columns',
  }
}

/** Agent legs, with the issues that the insight rules find on them. */
export const agentTable = defineSpanTable(agentInteraction, {
  derived: {
    'Attributes.cx.insight.count': 'CAST(len(insight_tags) AS BIGINT)',
    'Attributes.cx.insight.max_severity': insightSeverity,
    'Attributes.cx.insight.tags': "nullif(array_to_string(insight_tags, ','), '')",
  },
  from: (spans) => `(SELECT *, ${insightTags} AS insight_tags FROM ${spans})`,
})

export const nodeTable = defineSpanTable(nodeInteraction)

/**
 * Bot conversations, enriched with the first agent leg that began after an escalated one ended, within the same trace.
 * A leg may be recorded a moment before the conversation's end, hence from its start on.
 * What the export gives goes before what is derived.
 */
export const aiTable = defineSpanTable(aiInteraction, {
  derived: {
    'Attributes.cx.ai.handoff.queue_name':
      "coalesce(nullif(attributes['cx.ai.handoff.queue_name'], ''), leg_queue)",
    'Attributes.cx.ai.handoff.wait_ms':
      "coalesce(TRY_CAST(attributes['cx.ai.handoff.wait_ms'] AS BIGINT), leg_wait)",
    'Attributes.cx.ai.handoff.agent_username':
      "coalesce(nullif(attributes['cx.ai.handoff.agent_username'], ''), leg_username)",
    'Attributes.cx.ai.handoff.agent_span_id':
      "coalesce(nullif(attributes['cx.ai.handoff.agent_span_id'], ''), leg_span_id)",
    'Attributes.cx.ai.handoff.mos_score': `coalesce(${readAttribute('Attributes.cx.ai.handoff.mos_score', 'double')}, leg_mos)`,
  },
  from: (spans) => `(
  SELECT c.*, leg.leg_span_id, leg.leg_username, leg.leg_mos, leg.leg_queue, leg.leg_wait
  FROM ${spans} AS c
  ASOF LEFT JOIN (
    SELECT
      trace_id,
      "timestamp",
      span_id AS leg_span_id,
      attributes_cx_agent_username AS leg_username,
      attributes_cx_webrtc_audio_mos_score AS leg_mos,
      attributes_cx_queue_name AS leg_queue,
      attributes_cx_queue_wait_ms AS leg_wait
    FROM chunk_agent_interaction
    QUALIFY row_number() OVER (PARTITION BY trace_id, "timestamp" ORDER BY span_id) = 1
  ) AS leg
    ON leg.trace_id = CASE WHEN TRY_CAST(c.attributes['cx.ai.escalated'] AS BOOLEAN) THEN c.trace_id END
    AND leg."timestamp" >= c."timestamp"
)`,
})
