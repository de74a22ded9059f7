import type { Mapping } from '../../canonical.ts'
import { gatherAttributes, toAttributeText } from '../../values/attributes/attribute-columns.ts'
import { mergeAttributes, toAttributes } from '../../values/attributes/attributes.ts'
import { renameKeys } from '../../values/attributes/renamed-keys.ts'
import type { Cell } from '../../values/cell.ts'
import { noEvents, noLinks } from '../../values/events/events.ts'
import { toForeignSpanId, toForeignTraceId } from '../../values/ids.ts'
import { toText } from '../../values/texts.ts'
import { isUsableTime, toDuration, toDurationBetween, toTimestampOfAnyUnit } from '../../values/times.ts'
import { column, hasColumns, type Layout, type Source } from '../layout.ts'

const required = ['id', 'trace_id', 'type', 'parent_observation_id', 'start_time']

/** Columns that are an attribute each, by its name. Input and output are blank where an observation has none. */
const attributeColumns: Readonly<Record<string, readonly string[]>> = {
  'langfuse.observation.type': ['type'],
  'langfuse.observation.level': ['level'],
  'langfuse.project.id': ['project_id'],
  'langfuse.trace.name': ['trace_name'],
  'langfuse.tags': ['tags'],
  'langfuse.release': ['release'],
  'langfuse.version': ['version'],
  'langfuse.input': ['input'],
  'langfuse.output': ['output'],
  'langfuse.model.id': ['model_id'],
  'langfuse.model.parameters': ['model_parameters'],
  'langfuse.completion_start_time': ['completion_start_time'],
  'langfuse.time_to_first_token': ['time_to_first_token'],
  'langfuse.prompt.name': ['prompt_name'],
  'langfuse.prompt.version': ['prompt_version'],
  'langfuse.tool_calls': ['tool_calls'],
  'langfuse.tool_call_names': ['tool_call_names'],
  'langfuse.tool_definitions': ['tool_definitions'],
  'langfuse.cost.total': ['total_cost'],
  'gen_ai.request.model': ['provided_model_name', 'model'],
  'session.id': ['session_id'],
  'user.id': ['user_id'],
}

const text = (sql: string): Cell => ({ sql, type: 'VARCHAR' })

/** An empty list or object, which stands for none. */
const withoutEmpty = (cell: Cell) =>
  text(`CASE WHEN ${toAttributeText(cell)} NOT IN ('[]', '{}') THEN ${toAttributeText(cell)} END`)

/** An id as Langfuse has it, where it isn't the canonical one. */
const toOriginal = ({ sql }: Cell, canonical: string) =>
  text(`CASE WHEN CAST(${sql} AS VARCHAR) IS DISTINCT FROM ${canonical} THEN CAST(${sql} AS VARCHAR) END`)

function attributes(source: Source): string {
  const [trace, observation] = [column(source, 'trace_id'), column(source, 'id')]
  const columns = Object.entries(attributeColumns)
    .filter(([, names]) => names.some((name) => hasColumns(source, [name])))
    .map(([key, names]) => [key, withoutEmpty(column(source, ...names))] as const)
  return mergeAttributes([
    renameKeys(toAttributes(column(source, 'metadata')), 'langfuse.metadata.'),
    renameKeys(toAttributes(column(source, 'usage_details')), 'langfuse.usage.', {
      input: 'gen_ai.usage.input_tokens',
      output: 'gen_ai.usage.output_tokens',
    }),
    renameKeys(toAttributes(column(source, 'cost_details')), 'langfuse.cost.'),
    gatherAttributes(
      new Map([
        ['langfuse.trace.id', toOriginal(trace, toForeignTraceId(trace))],
        ['langfuse.observation.id', toOriginal(observation, toForeignSpanId(observation))],
        ...columns,
      ]),
    ),
  ])
}

/** One member of the metadata, as text. */
function member({ sql, type }: Cell, key: string): string {
  if (type === 'NULL') return 'CAST(NULL AS VARCHAR)'
  if (type.startsWith('MAP(')) return `CAST(${sql}['${key}'] AS VARCHAR)`
  return `(TRY_CAST(${sql} AS JSON) ->> '$."${key}"')`
}

/** What Langfuse keeps in the metadata of observations that came to it by OpenTelemetry. */
function openTelemetry(source: Source) {
  const metadata = column(source, 'metadata')
  const part = (key: string) => `TRY_CAST(${member(metadata, key)} AS JSON)`
  const first = (...values: readonly string[]) => toText(text(`coalesce(${values.join(', ')})`))
  const scope = (key: string) => first(`${part('scope')} ->> '$.${key}'`, member(metadata, `scope.${key}`))
  return {
    resource: toAttributes({ sql: part('resourceAttributes'), type: 'JSON' }),
    service: first(
      member(metadata, 'service.name'),
      member(metadata, 'resourceAttributes.service.name'),
      `${part('resourceAttributes')} ->> '$."service.name"'`,
    ),
    scopeName: scope('name'),
    scopeVersion: scope('version'),
  }
}

function map(source: Source): Mapping<'spans'> {
  const start = toTimestampOfAnyUnit(column(source, 'start_time'))
  const end = toTimestampOfAnyUnit(column(source, 'end_time'))
  const { resource, service, scopeName, scopeVersion } = openTelemetry(source)
  const resourceAttributes = mergeAttributes([
    resource,
    gatherAttributes(
      new Map([
        ['service.name', text(service)],
        ['deployment.environment.name', text(toText(column(source, 'environment')))],
      ]),
    ),
  ])
  return {
    trace_id: toForeignTraceId(column(source, 'trace_id')),
    span_id: toForeignSpanId(column(source, 'id')),
    parent_span_id: toForeignSpanId(column(source, 'parent_observation_id')),
    trace_state: 'CAST(NULL AS VARCHAR)',
    span_name: `coalesce(${toText(column(source, 'name'))}, ${toText(column(source, 'type'))}, '')`,
    span_kind: `CASE WHEN upper(${toText(column(source, 'type'))}) IN ('GENERATION', 'EMBEDDING') THEN 'Client' ELSE 'Internal' END`,
    service_name: `coalesce(${service}, 'langfuse')`,
    timestamp: start,
    duration_ns: `CASE WHEN ${isUsableTime(end)} THEN ${toDurationBetween(start, end)} ELSE ${toDuration(column(source, 'latency'), start, 's')} END`,
    status_code: `CASE WHEN upper(${toText(column(source, 'level'))}) = 'ERROR' THEN 'Error' ELSE 'Unset' END`,
    status_message: toText(column(source, 'status_message')),
    resource_attributes: resourceAttributes,
    attributes: attributes(source),
    scope_name: scopeName,
    scope_version: scopeVersion,
    events: noEvents,
    links: noLinks,
  }
}

/**
 * Langfuse's blob storage export of observations, as Parquet, JSON or CSV: the enriched `observations_v2/`, and the older
 * `observations/`, which lacks what belongs to the trace. Each export holds the groups of fields that were chosen for it.
 *
 * One observation is one span. A trace's name says what was done, not where, so that the service is the one that
 * OpenTelemetry's resource names in the metadata, or else `langfuse`. Generations and embeddings call a model and are of kind
 * Client; everything else is Internal. The latency counts only where there is no end, in seconds; integrations
 * from before April 2026 wrote milliseconds, which can't be told.
 * Source: Langfuse documentation, "Blob Storage Export Field Reference".
 */
export const langfuse: Layout = {
  name: 'langfuse',
  about: 'Langfuse, blob storage export of observations',
  needs: required,
  matches: (source) => hasColumns(source, required),
  read: (source) => [{ kind: 'spans', mapping: map(source), from: source.from }],
}
