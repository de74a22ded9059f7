import { agentInteraction } from '../../catalog/services/agent-interaction.ts'
import { aiInteraction } from '../../catalog/services/ai-interaction.ts'
import { journeyInteraction } from '../../catalog/services/journey-interaction.ts'
import { nodeInteraction } from '../../catalog/services/node-interaction.ts'
import { quoteText } from '../../core/sql-text.ts'

const queueSpan = 'cx.queue.wait'

const roles = [journeyInteraction, agentInteraction, aiInteraction, nodeInteraction]
  .map(({ spanName }) => spanName ?? '')
  .concat(queueSpan)
  .map(quoteText)
  .join(', ')

/** More rows than any chunk has. */
const mostRows = 2 ** 40

/** The journey's own span, else a root, else the earliest span: `loaded` stands in order, so that a row's id is its place. */
const headKey = `CASE WHEN span_name = ${quoteText(journeyInteraction.spanName ?? '')} THEN 0 WHEN parent_span_id IS NULL THEN 1 ELSE 2 END * ${mostRows} + rowid`

/**
 * The traces that hold at least one journey, agent, bot, queue or flow span, each with the fields and attributes of the
 * span that speaks for it: the table `chunk_journeys`.
 */
export const createJourneys = `CREATE OR REPLACE TABLE chunk_journeys AS
WITH journey AS (
  SELECT
    trace_id,
    min(${headKey}) % ${mostRows} AS head,
    count(*) AS span_count,
    min(epoch_ns("timestamp")) AS start_ns,
    max(epoch_ns("timestamp") + duration_ns) AS end_ns,
    bool_or(status_code = 'Error') AS had_error,
    coalesce(bool_or(attributes['cx.contact.initiation_method'] = 'CALLBACK'), FALSE) AS had_callback,
    array_to_string(list_sort(list_distinct(list(service_name) FILTER (service_name <> 'operata'))), ',') AS found_platforms
  FROM loaded
  GROUP BY trace_id
  HAVING bool_or(span_name IN (${roles}))
)
SELECT
  journey.*,
  make_timestamp_ns(start_ns) AS "timestamp",
  span.day,
  span.span_id,
  span.span_name,
  span.service_name,
  span.status_code,
  span.attributes,
  span.resource_attributes
FROM loaded AS span
JOIN journey ON span.rowid = journey.head`

const sumMs = (column: string) => `coalesce(TRY_CAST(sum(${column}) AS BIGINT), 0)`
const last = (column: string) => `arg_max(${column}, rowid)`

/** What the agent legs of a trace give. */
export const legs = `SELECT
  trace_id,
  count(*) AS agent_leg_count,
  count(DISTINCT attributes_cx_agent_username) AS agent_count,
  count(*) FILTER (attributes_cx_interaction_transferred) AS transfer_count,
  ${sumMs('attributes_cx_interaction_talk_ms')} AS agent_talk_ms,
  ${sumMs('attributes_cx_interaction_hold_ms')} AS hold_ms,
  ${sumMs('attributes_cx_interaction_acw_ms')} AS acw_ms,
  min(epoch_ns("timestamp")) AS first_agent_ns,
  ${last('attributes_cx_agent_username')} AS last_agent_username,
  ${last('attributes_cx_contact_disconnect_reason')} AS last_disconnect_reason,
  ${last('attributes_cx_contact_ended_by')} AS last_ended_by,
  arg_min(attributes_cx_contact_direction, rowid) AS first_direction,
  min(attributes_cx_webrtc_audio_mos_score) AS min_mos,
  avg(attributes_cx_webrtc_audio_mos_score) AS avg_mos,
  sum(attributes_cx_insight_count)::BIGINT AS insights,
  max(CASE attributes_cx_insight_max_severity WHEN 'terminal' THEN 3 WHEN 'severe' THEN 2 WHEN 'minor' THEN 1 END) AS severity
FROM chunk_agent_interaction
GROUP BY trace_id`

/** What the bot conversations of a trace give. */
export const bots = `SELECT
  trace_id,
  count(*) AS bot_count,
  sum(duration) // 1000000 AS bot_duration_ms,
  ${last('attributes_cx_ai_outcome')} AS last_bot_outcome,
  sum(attributes_cx_ai_cost_usd) AS bot_cost_usd
FROM chunk_ai_interaction
GROUP BY trace_id`

/** What the flow nodes of a trace give. */
export const nodes = `SELECT
  trace_id,
  count(*) AS node_count,
  sum(duration) // 1000000 AS ivr_duration_ms,
  ${last('attributes_cx_flow_outcome')} AS last_flow_outcome
FROM chunk_node_interaction
GROUP BY trace_id`

const queueSpans = `SELECT trace_id, "timestamp", span_id, duration_ns, nullif(attributes['cx.queue.name'], '') AS queue_name
  FROM loaded
  WHERE span_name = ${quoteText(queueSpan)}`

/** What the waits in queues give. */
export const waits = `SELECT
  trace_id,
  count(*) AS queue_count,
  sum(duration_ns) // 1000000 AS queue_wait_ms,
  max(duration_ns) // 1000000 AS max_queue_wait_ms
FROM (${queueSpans})
GROUP BY trace_id`

/** A row's place in time among the rows of its trace, whichever table it is in. */
const place = 'row("timestamp", span_id)'

/** The queues of a trace, from its waits and its agent legs. */
export const queues = `SELECT
  trace_id,
  arg_min(queue_name, ${place}) AS first_queue_name,
  arg_max(queue_name, ${place}) AS last_queue_name
FROM (
  SELECT trace_id, "timestamp", span_id, queue_name FROM (${queueSpans})
  UNION ALL
  SELECT trace_id, "timestamp", span_id, attributes_cx_queue_name FROM chunk_agent_interaction
)
GROUP BY trace_id`

/** The channel that a trace began on. */
export const channels = `SELECT trace_id, arg_min(channel, ${place}) AS first_channel
FROM (
  SELECT trace_id, "timestamp", span_id, attributes_cx_contact_channel AS channel FROM chunk_agent_interaction
  UNION ALL
  SELECT trace_id, "timestamp", span_id, attributes_cx_flow_channel FROM chunk_node_interaction
  UNION ALL
  SELECT trace_id, "timestamp", span_id, attributes_cx_ai_channel FROM chunk_ai_interaction
)
GROUP BY trace_id`
