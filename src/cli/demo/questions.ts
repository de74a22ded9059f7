import type { JsonValue } from '../../core/json-value.ts'
import { showDoubts, showHits, showInsights, showRows, showTrace } from './show-answer.ts'

/** What the questions are asked about: the window of the data, its last week, and one trace to look into. */
export type Subject = Readonly<{
  startTime: string
  endTime: string
  lastWeek: string
  traceId: string
  agentSpanId: string
}>

type Arguments = Readonly<Record<string, JsonValue>>

/** One question with the tool call that answers it, and how its structured answer is shown to a person. */
export type Question = Readonly<{
  text: string
  tool: string
  toArguments(subject: Subject): Arguments
  show(answer: Arguments): readonly string[]
}>

const agents = 'agent_interaction'
const mos = 'Attributes.cx.webrtc.audio.mos_score'
const count = { name: 'legs', fn: 'count', path: '*' }
const averageMos = { name: 'average MOS', fn: 'avg', path: mos }

const overWindow = ({ startTime, endTime }: Subject, queries: JsonValue): Arguments => ({
  startTime,
  endTime,
  queries,
})
const overLastWeek = ({ lastWeek, endTime }: Subject, queries: JsonValue): Arguments => ({
  startTime: lastWeek,
  endTime,
  queries,
})

/** The questions of the demo: those that the wire contract lists for assistants, and what one would ask next. */
export const questions: readonly Question[] = [
  {
    text: 'Show me the average MOS score by queue for the last 7 days.',
    tool: 'traces_query',
    toArguments: (subject) =>
      overLastWeek(subject, {
        scalar: [
          {
            key: 'mos_by_queue',
            service: agents,
            aggregates: [averageMos, count],
            grouping: ['Attributes.cx.queue.name'],
          },
        ],
      }),
    show: showRows('mos_by_queue'),
  },
  {
    text: 'What percentage of calls had poor audio quality (MOS < 3.0) this month?',
    tool: 'traces_query',
    toArguments: (subject) =>
      overWindow(subject, {
        rate: [
          {
            key: 'poor_audio',
            service: agents,
            filters: [{ path: mos, exists: true }],
            rates: [{ name: 'MOS below 3.0', filters: [{ path: mos, lt: 3 }] }],
          },
        ],
      }),
    show: showRows('poor_audio'),
  },
  {
    text: 'Where does the poor audio come from? Compare providers and cities.',
    tool: 'traces_query',
    toArguments: (subject) =>
      overWindow(subject, {
        scalar: [
          {
            key: 'by_provider',
            service: agents,
            aggregates: [
              averageMos,
              { name: 'p95 jitter', fn: 'p95', path: 'Attributes.cx.webrtc.audio.jitter_ms' },
              { name: 'p95 round trip', fn: 'p95', path: 'Attributes.cx.webrtc.audio.rtt_ms' },
              count,
            ],
            grouping: ['Attributes.cx.network.isp', 'Attributes.cx.network.city'],
            orders: [{ path: 'average MOS', direction: 'asc' }],
            limit: 4,
          },
        ],
      }),
    show: showRows('by_provider'),
  },
  {
    text: 'Get the full trace of one of these calls and summarise what happened.',
    tool: 'traces_get',
    toArguments: ({ traceId }) => ({ traceId, max_tokens: 20_000 }),
    show: showTrace,
  },
  {
    text: 'Why was that call flagged?',
    tool: 'traces_span_insights',
    toArguments: ({ traceId, agentSpanId }) => ({ traceId, spanId: agentSpanId }),
    show: showInsights,
  },
  {
    text: 'Which agents had the most holds in the past week?',
    tool: 'traces_query',
    toArguments: (subject) =>
      overLastWeek(subject, {
        scalar: [
          {
            key: 'holds_by_agent',
            service: agents,
            aggregates: [
              { name: 'holds', fn: 'sum', path: 'Attributes.cx.interaction.hold_count' },
              { name: 'holds per leg', fn: 'avg', path: 'Attributes.cx.interaction.hold_count' },
              count,
            ],
            grouping: ['Attributes.cx.agent.username'],
            limit: 4,
          },
        ],
      }),
    show: showRows('holds_by_agent'),
  },
  {
    text: 'What are the top disconnect reasons for our inbound calls?',
    tool: 'traces_query',
    toArguments: (subject) =>
      overWindow(subject, {
        facet: [
          {
            key: 'disconnects',
            service: agents,
            path: 'Attributes.cx.contact.disconnect_reason',
            filters: [{ path: 'Attributes.cx.contact.direction', eq: 'inbound' }],
            limit: 4,
          },
        ],
      }),
    show: showRows('disconnects'),
  },
  {
    text: 'What is MOS, and how is it calculated?',
    tool: 'knowledge',
    toArguments: () => ({ query: 'What is MOS score and how is it calculated' }),
    show: showHits,
  },
  {
    text: 'What does a PESQ score of 3 mean? (The pages name MOS, and nowhere PESQ.)',
    tool: 'knowledge',
    toArguments: () => ({ query: 'What does a PESQ score of 3 mean?' }),
    show: showDoubts,
  },
  {
    text: 'How long do I bake a sourdough bread? (Nothing about that is in the pages.)',
    tool: 'knowledge',
    toArguments: () => ({ query: 'How long do I bake a sourdough bread?' }),
    show: showDoubts,
  },
]
