import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type AnyValue = Readonly<{ stringValue?: string; intValue?: number | string; doubleValue?: number }>
type KeyValue = Readonly<{ key: string; value: AnyValue }>

export type OtlpSpan = Readonly<{
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: readonly KeyValue[]
  status: Readonly<{ code: number; message?: string }>
}>

export type OtlpPoint = Readonly<{
  attributes: readonly KeyValue[]
  count: number
  sum: number
  bucketCounts: readonly number[]
  explicitBounds: readonly number[]
}>

type OtlpTraces = Readonly<{
  resourceSpans: readonly {
    resource: { attributes: readonly KeyValue[] }
    scopeSpans: readonly { spans: readonly OtlpSpan[] }[]
  }[]
}>

type OtlpMetrics = Readonly<{
  resourceMetrics: readonly {
    scopeMetrics: readonly {
      metrics: readonly {
        name: string
        unit: string
        histogram: { dataPoints: readonly OtlpPoint[]; aggregationTemporality: number }
      }[]
    }[]
  }[]
}>

export type Received = Readonly<{ path: string; headers: IncomingMessage['headers']; body: string }>

/** An OpenTelemetry collector as far as a sender sees it: OTLP over HTTP, JSON. */
export type Collector = Readonly<{
  url: string
  received: readonly Received[]
  /** Bodies of trace exports, each as the collector's file exporter would write it to a line. */
  lines(): readonly string[]
  spans(): readonly OtlpSpan[]
  resource(): Readonly<Record<string, unknown>>
  /** The metrics of the last export. */
  metrics(): OtlpMetrics['resourceMetrics'][number]['scopeMetrics'][number]['metrics']
  close(): Promise<void>
}>

/** Rejects if the sender goes before the end. */
async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Attributes as a plain object. */
export const toObject = (attributes: readonly KeyValue[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** Answers with a status, or never. */
export async function openCollector(status: number | null = 200): Promise<Collector> {
  const received: Received[] = []
  const server = createServer(async (req, res) => {
    const body = await readBody(req).catch(() => undefined)
    if (body === undefined) return
    received.push({ path: req.url ?? '', headers: req.headers, body })
    if (status !== null) res.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bodies = (path: string) => received.filter((entry) => entry.path === path).map(({ body }) => body)
  const traces = () => bodies('/v1/traces').flatMap((body) => (JSON.parse(body) as OtlpTraces).resourceSpans)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    lines: () => bodies('/v1/traces'),
    spans: () => traces().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => toObject(traces()[0]?.resource.attributes ?? []),
    metrics: () =>
      (
        JSON.parse(bodies('/v1/metrics').at(-1) ?? '{"resourceMetrics":[]}') as OtlpMetrics
      ).resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** An address at which nobody listens. */
export async function findDeadUrl(): Promise<string> {
  const { url, close } = await openCollector()
  await close()
  return url
}
