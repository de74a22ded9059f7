import { randomUUID } from 'node:crypto'
import { type Context, type Link, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { version } from '../core/version.ts'
import type { FinishedCall } from './call.ts'
import { findErrorType, toMetricAttributes, toSpanAttributes, toSpanName } from './call-attributes.ts'
import type { CallExporter } from './call-exporter.ts'
import type { Endpoints } from './find-endpoints.ts'
import { operationDuration, sessionDuration } from './mcp-metrics.ts'

type Meta = Readonly<Record<string, unknown>>

const propagator = new W3CTraceContextPropagator()

const getter = {
  get: (meta: Meta, key: string) => {
    const value = Object.hasOwn(meta, key) ? meta[key] : undefined
    return typeof value === 'string' ? value : undefined
  },
  keys: (meta: Meta) => Object.keys(meta),
}

const read = (carrier: Meta | undefined): Context =>
  carrier === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, carrier, getter)

/**
 * Where a call's span belongs: below the span that its message names, with a link to that of its HTTP request; below the
 * latter where the message names none.
 */
function toPlace({ meta, carrier }: FinishedCall['start']): Readonly<{ parent: Context; links: Link[] }> {
  const [message, request] = [read(meta), read(carrier)]
  const around = trace.getSpanContext(request)
  return trace.getSpanContext(message)
    ? { parent: message, links: around ? [{ context: around }] : [] }
    : { parent: request, links: [] }
}

/** Each process is an instance of its own, so that the sums of several servers on one machine don't mix. */
const createResource = (): Resource =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': 'parquetry',
        'service.version': version,
        'service.instance.id': randomUUID(),
      }),
    )
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))

type Exporter<Items> = { export(items: Items, done: (result: ExportResult) => void): void }

/** Says once that exports fail, and says so again only after one went well. */
function watch<Items, E extends Exporter<Items>>(exporter: E, warn: (message: string) => void): E {
  const send = exporter.export.bind(exporter)
  let isFailing = false
  exporter.export = (items, done) =>
    send(items, (result) => {
      const failed = result.code === ExportResultCode.FAILED
      if (failed && !isFailing)
        warn(`OpenTelemetry could not be sent: ${result.error?.message ?? 'no reason'}`)
      isFailing = failed
      done(result)
    })
  return exporter
}

/** `sessionSince`: when the one session began that this process serves, of `performance.now()`. */
type Options = Readonly<{
  endpoints: Endpoints
  warn: (message: string) => void
  sessionSince?: number | undefined
}>

const toExporterOptions = (url: string, { timeoutMs }: Endpoints) => ({
  url,
  ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
})

function openTraces({ endpoints, warn }: Options, resource: Resource): CallExporter | undefined {
  if (endpoints.traces === undefined) return undefined
  const exporter = watch(new OTLPTraceExporter(toExporterOptions(endpoints.traces, endpoints)), warn)
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('parquetry', version)
  return {
    record(call: FinishedCall) {
      const { start, startedAt, durationMs } = call
      const failure = findErrorType(call)
      const { parent, links } = toPlace(start)
      const span = tracer.startSpan(
        toSpanName(call),
        { kind: SpanKind.SERVER, attributes: toSpanAttributes(call), startTime: startedAt, links },
        parent,
      )
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(startedAt + durationMs)
    },
    close: () => provider.shutdown(),
  }
}

function openMetrics(
  { endpoints, warn, sessionSince }: Options,
  resource: Resource,
): CallExporter | undefined {
  if (endpoints.metrics === undefined) return undefined
  const exporter = watch(new OTLPMetricExporter(toExporterOptions(endpoints.metrics, endpoints)), warn)
  const provider = new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] })
  const meter = provider.getMeter('parquetry', version)
  const open = ({ name, bounds, ...about }: typeof operationDuration | typeof sessionDuration) =>
    meter.createHistogram(name, { ...about, advice: { explicitBucketBoundaries: [...bounds] } })
  const durations = open(operationDuration)
  return {
    record: (call) => durations.record(call.durationMs / 1000, toMetricAttributes(call)),
    close: () => {
      if (sessionSince !== undefined)
        open(sessionDuration).record((performance.now() - sessionSince) / 1000, {
          'network.transport': 'pipe',
        })
      return provider.shutdown()
    },
  }
}

/**
 * Sends calls to a collector by OTLP over HTTP, as JSON: a span and a value of the duration metric for each. Headers,
 * certificates and compression are read from the environment by the SDK. Throws if an address can't be used.
 */
export function createOtlpExporter(options: Options): CallExporter {
  const resource = createResource()
  const signals = [openTraces(options, resource), openMetrics(options, resource)].filter(
    (signal) => signal !== undefined,
  )
  return {
    record: (call) => {
      for (const signal of signals) signal.record(call)
    },
    close: async () => {
      await Promise.allSettled(signals.map((signal) => signal.close()))
    },
  }
}
