import type { Column } from '../../catalog/column.ts'
import { journeyInteraction } from '../../catalog/services/journey-interaction.ts'
import { quoteName } from '../../core/sql-text.ts'
import { bots, channels, createJourneys, legs, nodes, queues, waits } from './journey-parts.ts'
import type { LakeTable } from './table.ts'
import { readAttribute } from './typed-columns.ts'

const parts = { legs, bots, nodes, waits, queues, channels }

const counts = [
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
] as const

const had = (count: (typeof counts)[number]) => `coalesce(${count}, 0) > 0`
const hadAgent = had('agent_leg_count')
const hadBot = had('bot_count')
const hadQueue = had('queue_count')

const leftInQueue = `${hadQueue} AND NOT ${hadAgent}`
const leftBot = `${hadBot} AND NOT ${hadAgent} AND NOT ${hadQueue} AND last_bot_outcome = 'abandoned'`
const leftFlow = `NOT ${hadAgent} AND NOT ${hadQueue} AND NOT ${hadBot} AND last_flow_outcome IN ('Abandoned', 'Error')`

/** What is computed from the trace, by path below `Attributes.`. */
const derived: Readonly<Record<string, string>> = {
  ...Object.fromEntries(counts.map((name) => [name, `coalesce(${name}, 0)`])),
  journey_id: 'j.trace_id',
  channel: 'first_channel',
  direction: 'first_direction',
  platforms: 'found_platforms',
  start_time: 'j."timestamp"',
  end_time: 'make_timestamp_ns(end_ns)',
  duration_ms: '(end_ns - start_ns) // 1000000',
  had_agent: hadAgent,
  had_bot: hadBot,
  had_queue: hadQueue,
  had_transfer: had('transfer_count'),
  had_callback: 'had_callback',
  had_error: 'had_error',
  time_to_agent_ms: '(first_agent_ns - start_ns) // 1000000',
  first_queue_name: 'first_queue_name',
  last_queue_name: 'last_queue_name',
  last_agent_username: 'last_agent_username',
  disconnect_reason: 'last_disconnect_reason',
  ended_by: 'last_ended_by',
  contained: `${hadBot} AND NOT ${hadAgent} AND NOT ${hadQueue} AND coalesce(last_bot_outcome = 'contained', FALSE)`,
  min_mos_score: 'min_mos',
  avg_mos_score: 'avg_mos',
  worst_insight_severity: `CASE severity WHEN 3 THEN 'terminal' WHEN 2 THEN 'severe' WHEN 1 THEN 'minor' END`,
  insight_count: 'coalesce(insights, 0)',
  cost_usd: 'bot_cost_usd',
}

/** What only the platform can know: the journey's own span goes before what is computed. */
const givenFirst = new Set([
  'journey_id',
  'channel',
  'direction',
  'platforms',
  'disconnect_reason',
  'ended_by',
])

const readPlatforms = `coalesce(${readAttribute('Attributes.platforms', 'string')}, found_platforms)`

const givenAbandoned = readAttribute('Attributes.abandoned', 'boolean')
const givenStage = readAttribute('Attributes.abandon_stage', 'string')

/**
 * Columns that another given attribute has a say in, by path below `Attributes.`. A journey with a stage is always an
 * abandoned one, so that an analyst may filter by either column: the platform's word that a journey was not abandoned
 * empties its stage, whether given or computed, and a stage that is given without that word makes the journey abandoned.
 * Other given stages stay as they are, such as `ringing`, which is never computed. An abandoned journey has no stage
 * where none is given and none computed.
 */
const agreed: Readonly<Record<string, string>> = {
  platform_count: `len(string_split(${readPlatforms}, ','))`,
  abandoned: `coalesce(${givenAbandoned}, ${givenStage} IS NOT NULL OR ${leftInQueue} OR coalesce(${leftBot}, FALSE) OR coalesce(${leftFlow}, FALSE))`,
  abandon_stage: `CASE WHEN coalesce(${givenAbandoned}, TRUE) THEN coalesce(${givenStage}, CASE WHEN ${leftInQueue} THEN 'queue' WHEN ${leftBot} THEN 'bot' WHEN ${leftFlow} THEN 'ivr' END) END`,
}

/** A journey that was exported as its own row only has no spans to compute from, so that what the row says stands. */
function chooseValue(name: string, given: string, computed: string | undefined): string {
  const whole = agreed[name]
  if (whole) return whole
  if (!computed) return given
  if (givenFirst.has(name)) return `coalesce(${given}, ${computed})`
  return `CASE WHEN span_count = 1 THEN coalesce(${given}, ${computed}) ELSE ${computed} END`
}

/** Sums of whole numbers are wider than the column. */
function readJourneyColumn({ path, name, type }: Column): string {
  const key = path.slice('Attributes.'.length)
  const value = chooseValue(key, readAttribute(path, type), derived[key])
  return `${type === 'integer' ? `TRY_CAST(${value} AS BIGINT)` : value} AS ${quoteName(name)}`
}

const columns = journeyInteraction.columns
  .filter(({ path }) => path.startsWith('Attributes.'))
  .map(readJourneyColumn)

/** One row per trace that holds at least one journey, agent, bot, queue or flow span. */
export const journeyTable: LakeTable = {
  name: journeyInteraction.name,
  service: journeyInteraction,
  rows: {
    prepare: createJourneys,
    source: 'chunk_journeys',
    select: (found) => `SELECT
  j.day,
  j.trace_id,
  j.span_id,
  j."timestamp",
  end_ns - start_ns AS duration,
  j.span_name,
  j.service_name,
  j.status_code,
  ${columns.join(',\n  ')}${found}
FROM chunk_journeys AS j
${Object.entries(parts)
  .map(([name, sql]) => `LEFT JOIN (${sql}) AS ${name} ON ${name}.trace_id = j.trace_id`)
  .join('\n')}`,
  },
  columns: '* EXCLUDE (day)',
  orderBy: '"timestamp", trace_id',
  rowGroupSize: 61_440,
  parquetVersion: 'V1',
  attributes: 'columns',
}
