import { journeyInteraction } from '../../catalog/services/journey-interaction.ts'
import { quoteName } from '../../core/sql-text.ts'
import type { LakeTable } from './table.ts'
import { readAttribute } from './typed-columns.ts'

const is = (name: string) => `span_name = '${name}'`
const agent = is('cx.interaction.agent')
const bot = is('cx.ai.conversation')
const node = is('cx.flow.node')
const queue = is('cx.queue.wait')

const any = (condition: string) => `coalesce(bool_or(${condition}), FALSE)`
const count = (condition: string) => `count(*) FILTER (${condition})`
const totalMs = (condition: string) =>
  `(coalesce(sum(duration_ns) FILTER (${condition}), 0) // 1000000)::BIGINT`
const sumAttribute = (key: string) =>
  `coalesce(TRY_CAST(sum(${readAttribute(`Attributes.${key}`, 'integer')}) FILTER (${agent}) AS BIGINT), 0)`
const queueName = "nullif(attributes['cx.queue.name'], '')"
const channel =
  "nullif(coalesce(attributes['cx.contact.channel'], attributes['cx.flow.channel'], attributes['cx.ai.channel']), '')"
const direction = "nullif(attributes['cx.contact.direction'], '')"
const hasQueue = `(${queue} OR ${agent}) AND ${queueName} IS NOT NULL`

/** The journey's own span, else a root, else the earliest span of the trace. */
const head = `(${is('cx.journey')}) DESC, (parent_span_id IS NOT NULL), "timestamp", span_id`

/** Aggregates over all spans of one trace, under names of their own. */
const aggregates: Readonly<Record<string, string>> = {
  span_id: `first(span_id ORDER BY ${head})`,
  span_name: `first(span_name ORDER BY ${head})`,
  service_name: `first(service_name ORDER BY ${head})`,
  status_code: `first(status_code ORDER BY ${head})`,
  attributes: `first(attributes ORDER BY ${head})`,
  resource_attributes: `first(resource_attributes ORDER BY ${head})`,
  start_ns: 'min(epoch_ns("timestamp"))',
  end_ns: 'max(epoch_ns("timestamp") + duration_ns)',
  had_agent: any(agent),
  had_bot: any(bot),
  had_queue: any(queue),
  had_callback: any(`attributes['cx.contact.initiation_method'] = 'CALLBACK'`),
  had_error: any(`status_code = 'Error'`),
  agent_count: `count(DISTINCT attributes['cx.agent.username']) FILTER (${agent})`,
  agent_leg_count: count(agent),
  bot_count: count(bot),
  queue_count: count(queue),
  node_count: count(node),
  transfer_count: count(`${agent} AND TRY_CAST(attributes['cx.interaction.transferred'] AS BOOLEAN)`),
  ivr_duration_ms: totalMs(node),
  bot_duration_ms: totalMs(bot),
  queue_wait_ms: totalMs(queue),
  max_queue_wait_ms: `coalesce(max(duration_ns) FILTER (${queue}), 0) // 1000000`,
  agent_talk_ms: sumAttribute('cx.interaction.talk_ms'),
  hold_ms: sumAttribute('cx.interaction.hold_ms'),
  acw_ms: sumAttribute('cx.interaction.acw_ms'),
  first_agent_ns: `min(epoch_ns("timestamp")) FILTER (${agent})`,
  first_queue_name: `first(${queueName} ORDER BY "timestamp", span_id) FILTER (${hasQueue})`,
  last_queue_name: `last(${queueName} ORDER BY "timestamp", span_id) FILTER (${hasQueue})`,
  last_agent_username: `last(attributes['cx.agent.username'] ORDER BY "timestamp", span_id) FILTER (${agent})`,
  last_disconnect_reason: `last(attributes['cx.contact.disconnect_reason'] ORDER BY "timestamp", span_id) FILTER (${agent})`,
  last_ended_by: `last(attributes['cx.contact.ended_by'] ORDER BY "timestamp", span_id) FILTER (${agent})`,
  last_bot_outcome: `last(attributes['cx.ai.outcome'] ORDER BY "timestamp", span_id) FILTER (${bot})`,
  last_flow_outcome: `last(attributes['cx.flow.outcome'] ORDER BY "timestamp", span_id) FILTER (${node})`,
  found_platforms: `string_agg(DISTINCT service_name, ',' ORDER BY service_name) FILTER (service_name <> 'operata')`,
  first_channel: `first(${channel} ORDER BY "timestamp", span_id) FILTER ((${agent} OR ${node} OR ${bot}) AND ${channel} IS NOT NULL)`,
  first_direction: `first(${direction} ORDER BY "timestamp", span_id) FILTER (${agent} AND ${direction} IS NOT NULL)`,
  bot_cost_usd: `sum(${readAttribute('Attributes.cx.ai.cost_usd', 'double')}) FILTER (${bot})`,
}

const given = (path: string, type: 'string' | 'boolean' = 'string') =>
  readAttribute(`Attributes.${path}`, type)

const leftInQueue = 'had_queue AND NOT had_agent'
const leftBot = "had_bot AND NOT had_agent AND NOT had_queue AND last_bot_outcome = 'abandoned'"
const leftFlow =
  "NOT had_agent AND NOT had_queue AND NOT had_bot AND last_flow_outcome IN ('Abandoned', 'Error')"

/** Columns that are computed from the trace. What only the platform can know is read from the journey's own span. */
const derived: Readonly<Record<string, string>> = {
  journey_id: `coalesce(${given('journey_id')}, j.trace_id)`,
  channel: `coalesce(${given('channel')}, first_channel)`,
  direction: `coalesce(${given('direction')}, first_direction)`,
  platforms: `coalesce(${given('platforms')}, found_platforms)`,
  platform_count: `len(string_split(coalesce(${given('platforms')}, found_platforms), ','))`,
  start_time: 'make_timestamp_ns(start_ns)',
  end_time: 'make_timestamp_ns(end_ns)',
  duration_ms: '(end_ns - start_ns) // 1000000',
  had_transfer: 'transfer_count > 0',
  time_to_agent_ms: '(first_agent_ns - start_ns) // 1000000',
  abandoned: `coalesce(${given('abandoned', 'boolean')}, ${leftInQueue} OR coalesce(${leftBot}, FALSE) OR coalesce(${leftFlow}, FALSE))`,
  abandon_stage: `coalesce(${given('abandon_stage')}, CASE WHEN ${leftInQueue} THEN 'queue' WHEN ${leftBot} THEN 'bot' WHEN ${leftFlow} THEN 'ivr' END)`,
  disconnect_reason: `coalesce(${given('disconnect_reason')}, last_disconnect_reason)`,
  ended_by: `coalesce(${given('ended_by')}, last_ended_by)`,
  contained: `had_bot AND NOT had_agent AND NOT had_queue AND coalesce(last_bot_outcome = 'contained', FALSE)`,
  min_mos_score: 'legs.min_mos',
  avg_mos_score: 'legs.avg_mos',
  worst_insight_severity: `CASE legs.severity WHEN 3 THEN 'terminal' WHEN 2 THEN 'severe' WHEN 1 THEN 'minor' END`,
  insight_count: 'coalesce(legs.insights, 0)',
  cost_usd: 'bot_cost_usd',
  ...Object.fromEntries(
    [
      'had_agent',
      'had_bot',
      'had_queue',
      'had_callback',
      'had_error',
      'agent_count',
      'agent_leg_count',
      'bot_count',
      'queue_count',
      'node_count',
      'transfer_count',
      'ivr_duration_ms',
      'bot_duration_ms',
      'queue_wait_ms',
      'max_queue_wait_ms',
      'agent_talk_ms',
      'hold_ms',
      'acw_ms',
      'first_queue_name',
      'last_queue_name',
      'last_agent_username',
    ].map((name) => [name, name]),
  ),
}

const columns = journeyInteraction.columns
  .filter(({ path }) => path.startsWith('Attributes.'))
  .map(
    ({ path, name, type }) =>
      `${derived[path.slice('Attributes.'.length)] ?? readAttribute(path, type)} AS ${quoteName(name)}`,
  )

/** One row per trace that holds at least one journey, agent, bot, queue or flow span. */
export const journeyTable: LakeTable = {
  name: journeyInteraction.name,
  select: `WITH journey AS (
  SELECT
    trace_id,
    ${Object.entries(aggregates)
      .map(([name, sql]) => `${sql} AS ${name}`)
      .join(',\n    ')}
  FROM day_spans
  GROUP BY trace_id
  HAVING bool_or(span_name IN ('cx.journey', 'cx.interaction.agent', 'cx.ai.conversation', 'cx.flow.node', 'cx.queue.wait'))
), legs AS (
  SELECT
    trace_id,
    min(attributes_cx_webrtc_audio_mos_score) AS min_mos,
    avg(attributes_cx_webrtc_audio_mos_score) AS avg_mos,
    sum(attributes_cx_insight_count)::BIGINT AS insights,
    max(CASE attributes_cx_insight_max_severity WHEN 'terminal' THEN 3 WHEN 'severe' THEN 2 WHEN 'minor' THEN 1 END) AS severity
  FROM day_agent_interaction
  GROUP BY trace_id
)
SELECT
  j.trace_id,
  j.span_id,
  make_timestamp_ns(start_ns) AS "timestamp",
  end_ns - start_ns AS duration,
  j.span_name,
  j.service_name,
  j.status_code,
  ${columns.join(',\n  ')},
  attributes,
  resource_attributes
FROM journey AS j
LEFT JOIN legs ON legs.trace_id = j.trace_id`,
  orderBy: '"timestamp", trace_id',
  rowGroupSize: 61_440,
  service: journeyInteraction,
  attributes: 'columns',
}
