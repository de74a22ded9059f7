import type { CallEnd, CallStart, FinishedCall } from './call.ts'
import { openCallExporter } from './call-exporter.ts'
import { toCallLine } from './call-line.ts'
import { createCallMetrics } from './call-metrics.ts'
import { createCallNames } from './call-names.ts'
import { findEndpoints } from './find-endpoints.ts'
import { readProcessFamilies, toGaugeFamilies } from './process-metrics.ts'
import { toPrometheusText } from './prometheus-text.ts'
import { createRefusalFilter } from './refusal-filter.ts'

/** What operators see of the calls: a log line each, counters, and OpenTelemetry if it is set up. */
export interface Telemetry {
  /**
   * To be called when a call begins, or when it turns out to be one that began at `since` (of `performance.now()`); what it
   * returns is called once when it ends. Neither ever throws.
   */
  begin(call: CallStart, since?: number): (end: CallEnd) => void
  /** Prometheus text format 0.0.4 of all counters since the start, with further gauges by their full names. */
  toPrometheus(gauges?: Readonly<Record<string, number>>): string
  /** Sends what is left to the collector, waiting at most 2 s; never throws. */
  close(): Promise<void>
}

type TelemetryOptions = Readonly<{
  /** Takes the line of each call, without a line break; absent: no lines. */
  writeLine?: (line: string) => void
  /** Whether lines have the arguments, cut to 2,000 characters. */
  logArguments?: boolean
  /** Whether this process serves one client for its whole life. */
  isSession?: boolean
  /** Is told when exports begin to fail. */
  warn?: (message: string) => void
  /** OpenTelemetry is loaded only if `OTEL_EXPORTER_OTLP_ENDPOINT` or that of a signal is set here. */
  environment: Readonly<Record<string, string | undefined>>
}>

type Report = (call: FinishedCall) => void

/** A report may fail, the call that it is about may not. */
function attempt(report: Report, call: FinishedCall, warn: (message: string) => void): void {
  try {
    report(call)
  } catch (error) {
    warn(`a call could not be reported: ${error instanceof Error ? error.message : error}`)
  }
}

/** What shows data. The other requests, which clients send by themselves, have a line only if they fail. */
const telling: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get'])

/** A line for each call; refusals, which anybody may cause without end, have so many a minute. */
function toLineReport(writeLine: (line: string) => void, logArguments: boolean): Report {
  const pick = createRefusalFilter()
  return (call) => {
    if (call.end.outcome === 'ok' && !telling.has(call.start.method)) return
    const unlogged = pick(call)
    if (unlogged !== undefined) writeLine(toCallLine(call, { logArguments, unlogged }))
  }
}

/** Telemetry of this process; opens nothing and loads nothing unless OpenTelemetry is set up. */
export function openTelemetry({
  writeLine,
  logArguments = false,
  isSession = false,
  warn = () => {},
  environment,
}: TelemetryOptions): Telemetry {
  const endpoints = findEndpoints(environment)
  const exporter = endpoints && openCallExporter(endpoints, warn, isSession ? performance.now() : undefined)
  const metrics = createCallMetrics()
  const toNames = createCallNames()
  const reports: readonly Report[] = [
    metrics.end,
    ...(writeLine ? [toLineReport(writeLine, logArguments)] : []),
    ...(exporter ? [exporter.record] : []),
  ]
  return {
    begin(start, started = performance.now()) {
      const startedAt = Date.now() - (performance.now() - started)
      let isOpen = true
      metrics.begin()
      return (end) => {
        if (!isOpen) return
        isOpen = false
        const durationMs = performance.now() - started
        const call = { start, end, ...toNames(start, end), startedAt, durationMs }
        for (const report of reports) attempt(report, call, warn)
      }
    },
    toPrometheus: (gauges = {}) =>
      toPrometheusText([...metrics.toFamilies(), ...readProcessFamilies(), ...toGaugeFamilies(gauges)]),
    close: async () => exporter?.close(),
  }
}
