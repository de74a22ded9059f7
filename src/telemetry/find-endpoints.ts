type Environment = Readonly<Record<string, string | undefined>>

/** Where OpenTelemetry goes, and how long a collector may take; without a timeout the SDK reads it itself. */
export type Endpoints = Readonly<{ traces?: string; metrics?: string; timeoutMs?: number }>

/** So that a process whose collector is gone ends soon; the SDK's 10 s would hold it up. */
const patienceMs = 3000

function findUrl(environment: Environment, signal: 'TRACES' | 'METRICS'): string | undefined {
  if (environment[`OTEL_${signal}_EXPORTER`]?.trim() === 'none') return undefined
  const own = environment[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]?.trim()
  if (own) return own
  const base = environment['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim()
  return base ? `${base.replace(/\/+$/, '')}/v1/${signal.toLowerCase()}` : undefined
}

const timeouts = [
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
  'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
]

/**
 * What the environment says of OpenTelemetry; undefined if it is off.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function findEndpoints(environment: Environment): Endpoints | undefined {
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined
  const traces = findUrl(environment, 'TRACES')
  const metrics = findUrl(environment, 'METRICS')
  if (traces === undefined && metrics === undefined) return undefined
  return {
    ...(traces !== undefined && { traces }),
    ...(metrics !== undefined && { metrics }),
    ...(!timeouts.some((name) => environment[name]) && { timeoutMs: patienceMs }),
  }
}
