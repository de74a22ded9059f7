/** One call of each kind that the wire contract shows to assistants, with ids that the sample data has. */
export const window = { startTime: '2026-05-01T00:00:00Z', endTime: '2026-06-01T00:00:00Z' } as const

export const traceId = '8b1c0813ca3ca75494be82e036177ef1'
export const agentSpanId = '89faf69ce53bc085'

const mos = 'Attributes.cx.webrtc.audio.mos_score'

export const contractCalls: readonly Readonly<{ name: string; arguments: Record<string, unknown> }>[] = [
  { name: 'get_schema', arguments: { query_reason: 'understanding available fields for agent_interaction' } },
  { name: 'knowledge', arguments: { query: 'What is MOS score and how is it calculated' } },
  {
    name: 'traces_list',
    arguments: {
      ...window,
      filters: [{ path: 'SpanName', eq: 'cx.interaction.agent' }],
      sort: 'desc',
      limit: 10,
    },
  },
  {
    name: 'traces_query',
    arguments: {
      ...window,
      queries: {
        scalar: [
          {
            key: 'agent_overview',
            service: 'agent_interaction',
            aggregates: [
              { name: 'count', fn: 'count', path: '*' },
              { name: 'avg_mos', fn: 'avg', path: mos },
              { name: 'p90_mos', fn: 'p90', path: mos },
            ],
          },
        ],
        rate: [
          {
            key: 'quality_rates',
            service: 'agent_interaction',
            rates: [
              { name: 'poor_mos', filters: [{ path: mos, lt: 3.0 }] },
              { name: 'high_jitter', filters: [{ path: 'Attributes.cx.webrtc.audio.jitter_ms', gt: 50 }] },
            ],
          },
        ],
      },
    },
  },
  { name: 'traces_get', arguments: { traceId, includeInternal: false } },
  { name: 'traces_span_insights', arguments: { traceId, spanId: agentSpanId } },
  { name: 'traces_span_logs', arguments: { traceId, spanId: agentSpanId, limit: 100 } },
]
