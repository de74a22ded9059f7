import type { JsonValue } from '../../core/json-value.ts'
import { formatInstant, parseInstant } from '../../core/time-range.ts'
import type { Connection } from './connect-client.ts'
import type { Subject } from './questions.ts'

type Json = Readonly<Record<string, JsonValue>>

const dayNs = 86_400_000_000_000n

const asList = (value: JsonValue | undefined) => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** The whole days that a service's rows lie in. */
function toWindow(schema: Json, service: string): Readonly<{ startNs: bigint; endNs: bigint }> | undefined {
  const found = asList(schema['services']).find(({ name }) => name === service)
  if (!found?.['from'] || !found['to']) return undefined
  const startNs = parseInstant(String(found['from']), 'from')
  const endNs = parseInstant(String(found['to']), 'to')
  return { startNs: startNs - (startNs % dayNs), endNs: endNs - (endNs % dayNs) + dayNs }
}

/** The agent leg with the worst audio: the call that a person would want explained. */
const worstLeg = {
  key: 'worst',
  service: 'agent_interaction',
  columns: ['TraceId', 'SpanId'],
  filters: [{ path: 'Attributes.cx.interaction.hold_count', gte: 1 }],
  orders: [{ path: 'Attributes.cx.webrtc.audio.mos_score', direction: 'asc' }],
  limit: 1,
}

/** Asks the server itself what its data is about. Undefined when it has no agent legs to ask about. */
export async function findSubject(connection: Connection): Promise<Subject | undefined> {
  const window = toWindow(await connection.call('get_schema', { query_reason: 'demo' }), 'agent_interaction')
  if (!window) return undefined
  const startTime = formatInstant(window.startNs)
  const endTime = formatInstant(window.endNs)
  const answer = await connection.call('traces_query', { startTime, endTime, queries: { table: [worstLeg] } })
  const results = answer['results'] as Readonly<Record<string, Json>>
  const [row] = (results['worst']?.['rows'] ?? []) as readonly (readonly string[])[]
  return {
    startTime,
    endTime,
    lastWeek: formatInstant(window.endNs - 7n * dayNs),
    traceId: row?.[0] ?? '',
    agentSpanId: row?.[1] ?? '',
  }
}
