import type { SpanSource } from './span-source.ts'

const from =
  'samples.route j JOIN samples.outcome o USING (number) LEFT JOIN samples.conversation c USING (number)'

const internal = { kind: 'Internal', service: `'operata'`, from, parentId: 'j.root_span_id' } as const

/** The root of a trace, and the internal spans of the collector; the root carries only what its children can't tell. */
export const journeySpans: readonly SpanSource[] = [
  {
    name: 'cx.journey',
    kind: 'Server',
    service: `'amazon-connect'`,
    from,
    spanId: 'j.root_span_id',
    parentId: `''`,
    startMs: 'j.start_ms',
    endMs: 'o.end_ms',
    attributes: {
      journey_id: 'j.contact_id',
      customer_id: 'j.customer_id',
      customer_endpoint: 'j.customer_endpoint',
      channel: 'j.channel',
      direction: 'j.direction',
      entry_point: 'j.entry_point',
      platforms: `'amazon-connect' || coalesce(',' || c.vendor, '')`,
      csat_score: 'o.csat_score',
      resolution: 'o.resolution',
      disconnect_reason: 'o.disconnect_reason',
      ended_by: 'o.ended_by',
      sentiment_customer: 'o.sentiment_customer',
      'cx.debug.probe': `CASE WHEN samples.chance(j.key, 'probe', 0.0005) THEN TRUE END`,
    },
  },
  {
    ...internal,
    name: 'operata.ingest',
    spanId: `samples.hex_id(samples.key_of(j.key, 'ingest'))`,
    startMs: 'j.start_ms',
    endMs: `j.start_ms + 15 + samples.whole(50 * samples.uniform(j.key, 'ingest length'))`,
    attributes: {
      'operata.source': `'contact-events'`,
      'operata.batch.size': `1 + samples.whole(40 * samples.uniform(j.key, 'batch'))`,
    },
  },
  {
    ...internal,
    name: 'operata.enrich',
    spanId: `samples.hex_id(samples.key_of(j.key, 'enrich'))`,
    startMs: `o.end_ms - 20 - samples.whole(60 * samples.uniform(j.key, 'enrich length'))`,
    endMs: 'o.end_ms',
    attributes: {
      'operata.rules.version': `'2026.4'`,
      'operata.rules.applied': `8 + samples.whole(30 * samples.uniform(j.key, 'rules'))`,
    },
  },
]
