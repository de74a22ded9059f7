import { quoteText } from '../../src/core/sql-text.ts'

const mos = 'Attributes.cx.webrtc.audio.mos_score'
const queue = 'Attributes.cx.queue.name'

/** One question as a query of `traces_query`, as SQL over the raw export, and as SQL over the lake's own files. */
export type Question = Readonly<{
  name: string
  service: string
  queries: Readonly<Record<string, readonly object[]>>
  raw(from: string, window: string): string
  hand(from: string, window: string): string
}>

const agent = (from: string, window: string) =>
  `FROM ${from} WHERE "SpanName" = 'cx.interaction.agent' AND ${window}`
const rawMos = `TRY_CAST("SpanAttributes"['cx.webrtc.audio.mos_score'] AS DOUBLE)`
const rawQueue = `"SpanAttributes"['cx.queue.name']`
const rawError = `"SpanAttributes"['cx.flow.node.error_code']`
const lakeMos = 'attributes_cx_webrtc_audio_mos_score'
const lakeQueue = 'attributes_cx_queue_name'
const lakeError = 'attributes_cx_flow_node_error_code'

export const questions: readonly Question[] = [
  {
    name: 'scalar: calls, mean and p90 of MOS by queue',
    service: 'agent_interaction',
    queries: {
      scalar: [
        {
          key: 'k',
          service: 'agent_interaction',
          grouping: [queue],
          aggregates: [
            { name: 'calls', fn: 'count', path: '*' },
            { name: 'mean', fn: 'avg', path: mos },
            { name: 'p90', fn: 'p90', path: mos },
          ],
        },
      ],
    },
    raw: (from, window) =>
      `SELECT ${rawQueue} AS q, count(*), avg(${rawMos}), quantile_cont(${rawMos}, 0.9) ${agent(from, window)} GROUP BY q`,
    hand: (from, window) =>
      `SELECT ${lakeQueue} AS q, count(*), avg(${lakeMos}), quantile_cont(${lakeMos}, 0.9) FROM ${from} WHERE ${window} GROUP BY q`,
  },
  {
    name: 'rate: share of calls with a MOS below 3, by queue',
    service: 'agent_interaction',
    queries: {
      rate: [
        {
          key: 'k',
          service: 'agent_interaction',
          grouping: [queue],
          rates: [{ name: 'poor', filters: [{ path: mos, lt: 3 }] }],
        },
      ],
    },
    raw: (from, window) =>
      `SELECT ${rawQueue} AS q, count(*), count(*) FILTER (${rawMos} < 3) ${agent(from, window)} GROUP BY q`,
    hand: (from, window) =>
      `SELECT ${lakeQueue} AS q, count(*), count(*) FILTER (${lakeMos} < 3) FROM ${from} WHERE ${window} GROUP BY q`,
  },
  {
    name: 'series: calls and mean MOS per day',
    service: 'agent_interaction',
    queries: {
      series: [
        {
          key: 'k',
          service: 'agent_interaction',
          interval: 86_400,
          aggregates: [
            { name: 'calls', fn: 'count', path: '*' },
            { name: 'mean', fn: 'avg', path: mos },
          ],
        },
      ],
    },
    raw: (from, window) =>
      `SELECT time_bucket(INTERVAL 1 DAY, "Timestamp"::TIMESTAMP) AS d, count(*), avg(${rawMos}) ${agent(from, window)} GROUP BY d ORDER BY d`,
    hand: (from, window) =>
      `SELECT time_bucket(INTERVAL 1 DAY, "timestamp"::TIMESTAMP) AS d, count(*), avg(${lakeMos}) FROM ${from} WHERE ${window} GROUP BY d ORDER BY d`,
  },
  {
    name: 'facet: error codes of IVR nodes',
    service: 'node_interaction',
    queries: {
      facet: [{ key: 'k', service: 'node_interaction', path: 'Attributes.cx.flow.node.error_code' }],
    },
    raw: (from, window) =>
      `SELECT ${rawError} AS v, count(*) AS n FROM ${from} WHERE "SpanName" = 'cx.flow.node' AND ${window} GROUP BY v ORDER BY n DESC LIMIT 100`,
    hand: (from, window) =>
      `SELECT ${lakeError} AS v, count(*) AS n FROM ${from} WHERE ${window} GROUP BY v ORDER BY n DESC LIMIT 100`,
  },
]

const instant = (iso: string) => `TIMESTAMP_NS ${quoteText(iso.replace('T', ' ').replace('Z', ''))}`

/** Condition for a window over a column of times. */
export const within = (column: string, start: string, end: string): string =>
  `"${column}" >= ${instant(start)} AND "${column}" < ${instant(end)}`
