import { at, spanId, traceId } from '../../support/lake-rows.ts'
import { toBlob, type Version } from './tempo-rows.ts'

export const ns = at('2026-05-01T10:00:00.123Z', 456_789n)

export const short = '47'.padStart(32, '0')

export const meta = {
  dedicatedColumns: [
    { s: 'resource', n: 'ip' },
    { n: 'region' },
    { s: 'span', n: 'retries', t: 'int' },
    { n: "it's" },
    { n: 'tags', o: ['array'] },
    { s: 'event', n: 'reason' },
    { s: 'resource', n: 'zone', t: 'string' },
  ],
}

const textOf = {
  3: (text: string) => text,
  4: (text: string) => text,
  5: (text: string) => [text],
} as const

/** A span of a version, with values in every place that the version has. */
export function spanOf(version: Version, parts: Readonly<Record<string, unknown>> = {}) {
  const one = (value: unknown) => (version === 3 ? value : [value])
  const attributes = [
    { Key: 'text', Value: one('x') },
    { Key: 'empty', Value: one('') },
    { Key: 'int', ValueInt: one(5) },
    { Key: 'double', ValueDouble: one(0.5) },
    { Key: 'bool', ValueBool: one(true) },
    { Key: 'none' },
  ]
  const time = version === 3 ? { TimeUnixNano: ns + 1n } : { TimeSinceStartNano: 1 }
  const link = {
    TraceID: toBlob(traceId(2)),
    SpanID: toBlob(spanId(2)),
    TraceState: 'b=2',
    Attrs: [attributes[0]],
  }
  return {
    SpanID: toBlob(spanId(1)),
    ParentSpanID: toBlob(spanId(9)),
    Name: 'GET /x',
    Kind: 2,
    TraceState: 'a=1',
    StartTimeUnixNano: ns,
    DurationNano: 1_500_000_001n,
    StatusCode: 2,
    StatusMessage: 'it broke',
    Attrs: attributes,
    Events: [{ ...time, Name: 'retry', Attrs: version === 3 ? [] : [attributes[2]] }],
    Links: version === 3 ? '' : [link],
    ...(version < 5 && { HttpMethod: 'GET', HttpUrl: '/x', HttpStatusCode: 200 }),
    DedicatedAttributes: { String01: textOf[version]('eu'), String02: textOf[version]("that's") },
    ...parts,
  }
}

const resourceOf = (version: Version) => ({
  ServiceName: 'shop',
  Attrs: [{ Key: 'host.name', Value: version === 3 ? 'h1' : ['h1'] }],
  ...(version < 5 && { Cluster: 'c', Namespace: 'n', Pod: 'p', Container: 'co', K8sPodName: 'kp' }),
  DedicatedAttributes: { String01: textOf[version]('10.0.0.1'), String02: textOf[version]('z1') },
})

export const batchOf = (version: Version, ...spans: readonly unknown[]) => [
  { Resource: resourceOf(version), ss: [{ Scope: { Name: 'lib', Version: '1.0' }, Spans: spans }] },
]

export const http = { 'http.method': 'GET', 'http.url': '/x', 'http.status_code': '200' }
