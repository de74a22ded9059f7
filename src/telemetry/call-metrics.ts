import { createBoundedSet } from './bounded-set.ts'
import type { FinishedCall } from './call.ts'
import { createCounter } from './counter.ts'
import { createHistogram } from './histogram.ts'
import { operationDuration } from './mcp-metrics.ts'
import type { Family } from './prometheus-text.ts'

/** Counts calls from the start of the process. */
export type CallMetrics = Readonly<{
  begin(): void
  end(call: FinishedCall): void
  toFamilies(): readonly Family[]
}>

const createCounters = () => ({
  calls: createCounter({
    name: 'parquetry_calls_total',
    help: 'MCP requests and notifications that have ended.',
    labels: ['transport', 'outcome'],
  }),
  errors: createCounter({
    name: 'parquetry_errors_total',
    help: 'Calls that ended with an error of the tool or of the protocol, by code.',
    labels: ['code'],
  }),
  refusals: createCounter({
    name: 'parquetry_refusals_total',
    help: 'Calls that were refused, by reason.',
    labels: ['reason'],
  }),
  rows: createCounter({ name: 'parquetry_rows_total', help: 'Rows in answers.', labels: [] }),
  bytes: createCounter({ name: 'parquetry_answer_bytes_total', help: 'Length of answers.', labels: [] }),
})

export function createCallMetrics(): CallMetrics {
  const codes = createBoundedSet(64)
  const counters = createCounters()
  const durations = createHistogram({
    name: 'mcp_server_operation_duration_seconds',
    help: operationDuration.description,
    labels: ['method', 'tool', 'outcome'],
    bounds: operationDuration.bounds,
  })
  let inFlight = 0
  const countFailure = ({ outcome, code = 'unknown' }: FinishedCall['end']) => {
    if (outcome === 'refused') counters.refusals.add([codes.admit(code)], 1)
    if (outcome === 'error' || outcome === 'tool_error') counters.errors.add([codes.admit(code)], 1)
  }
  return {
    begin() {
      inFlight += 1
    },
    end({ start, end, method, name, durationMs }) {
      inFlight -= 1
      durations.observe([method, method === 'tools/call' ? name : '', end.outcome], durationMs / 1000)
      counters.calls.add([start.transport, end.outcome], 1)
      counters.rows.add([], end.rows ?? 0)
      counters.bytes.add([], end.bytes ?? 0)
      countFailure(end)
    },
    toFamilies: () => [
      durations.toFamily(),
      ...Object.values(counters).map((counter) => counter.toFamily()),
      {
        name: 'parquetry_calls_in_flight',
        help: 'Calls that have begun and not ended.',
        type: 'gauge',
        samples: [{ value: inFlight }],
      },
    ],
  }
}
