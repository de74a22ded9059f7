import { type Era, type Message, toMessage, toToolCall } from './messages.ts'

/** A request that both servers are asked: of ours, and of the bare server in the form that answers as much. */
export type Subject = Readonly<{
  name: string
  /** Where ours is answered: by the empty tool behind our stack, or by the real server. */
  server: 'stack' | 'parquetry'
  /** Which part of the bare server's answer is made as long as ours. */
  part: 'answer' | 'description'
  eras: readonly Era[]
  ours(era: Era): Message
  bare(era: Era): Message
}>

const emptyCall = (era: Era) => toToolCall(era, 'empty')
const list = (era: Era) => toMessage(era, 'tools/list')
const both = ['legacy', 'modern'] as const

const toCounts = (startTime: string, endTime: string) => ({
  startTime,
  endTime,
  queries: {
    scalar: [
      {
        key: 'calls',
        service: 'agent_interaction',
        aggregates: [
          { name: 'calls', fn: 'count', path: '*' },
          { name: 'mos', fn: 'avg', path: 'Attributes.cx.webrtc.audio.mos_score' },
        ],
      },
    ],
  },
})

const question = { query: 'What is MOS score and how is it calculated' }

/** What is measured; the small query is about one day. */
export const toSubjects = (day: string): readonly Subject[] => {
  const counts = toCounts(`${day}T00:00:00Z`, `${day}T23:59:59Z`)
  const real = { server: 'parquetry', part: 'answer', eras: both, bare: emptyCall } as const
  return [
    { name: 'empty tool', server: 'stack', part: 'answer', eras: both, ours: emptyCall, bare: emptyCall },
    {
      name: 'tools/list, one tool',
      server: 'stack',
      part: 'description',
      eras: both,
      ours: list,
      bare: list,
    },
    {
      name: 'ping',
      server: 'parquetry',
      part: 'answer',
      eras: ['legacy'],
      ours: (era) => toMessage(era, 'ping'),
      bare: (era) => toMessage(era, 'ping'),
    },
    { ...real, name: 'tools/list', part: 'description', ours: list, bare: list },
    { ...real, name: 'get_schema', ours: (era) => toToolCall(era, 'get_schema') },
    { ...real, name: 'traces_query', ours: (era) => toToolCall(era, 'traces_query', counts) },
    { ...real, name: 'knowledge', ours: (era) => toToolCall(era, 'knowledge', question) },
  ]
}
