import type { SpanSource } from './span-source.ts'

const tokens = {
  input: '(c.turn_count * c.tokens_per_turn)',
  output: '(c.turn_count * c.tokens_per_turn // 9)',
} as const

/** NULL for bots that run on no language model. */
const ofModel = (value: string): string => `CASE WHEN c.tokens_per_turn > 0 THEN ${value} END`

const ofEscalation = (value: string): string => `CASE WHEN c.outcome = 'escalated' THEN ${value} END`

const ofOutcome = (
  values: Readonly<Record<'contained' | 'escalated' | 'abandoned' | 'failed', string>>,
): string =>
  `CASE c.outcome ${Object.entries(values)
    .map(([outcome, value]) => `WHEN '${outcome}' THEN '${value}'`)
    .join(' ')} END`

const escalationReason = `CASE
  WHEN c.missed_count >= 2 THEN 'not_understood'
  WHEN c.intent = 'CancelSubscription' THEN 'policy'
  ELSE 'customer_request'
END`

/** Tokens at list price per million, or a flat price per turn. */
const costUsd = `CAST(CASE
  WHEN c.tokens_per_turn > 0 THEN (${tokens.input} * 0.4 + ${tokens.output} * 1.6) / 1000000
  ELSE c.turn_count * 0.00075
END AS DECIMAL(12, 6))`

const conversation: SpanSource = {
  name: 'cx.ai.conversation',
  kind: 'Client',
  service: 'c.vendor',
  from: `samples.conversation c
  JOIN samples.journey j USING (number)
  JOIN samples.flow_end e USING (number)
  LEFT JOIN samples.wait w ON w.number = c.number AND w.leg_index = 1`,
  spanId: 'c.span_id',
  parentId: 'j.root_span_id',
  startMs: 'e.conversation_start_ms',
  endMs: 'e.conversation_start_ms + c.duration_ms',
  status: `CASE c.outcome WHEN 'failed' THEN 'Error' ELSE 'Ok' END`,
  statusMessage: `CASE c.outcome WHEN 'failed' THEN 'Fulfilment did not answer' ELSE '' END`,
  attributes: {
    'cx.contact.id': 'j.contact_id',
    'cx.ai.conversation.id': 'c.conversation_id',
    'cx.ai.bot.id': 'c.id',
    'cx.ai.bot.name': 'c.name',
    'cx.ai.bot.alias': 'c.alias',
    'cx.ai.bot.version': 'c.version',
    'cx.ai.bot.vendor': 'c.vendor',
    'cx.ai.locale': `replace(j.language, '-', '_')`,
    'cx.ai.mode': 'c.mode',
    'cx.ai.channel': 'j.channel',
    'cx.ai.use_case': `'SelfService'`,
    'cx.ai.turn_count': '2 * c.turn_count',
    'cx.ai.user_turn_count': 'c.turn_count',
    'cx.ai.missed_utterance_count': 'c.missed_count',
    'cx.ai.no_input_count': 'c.no_input_count',
    'cx.ai.interruption_count': 'c.interruption_count',
    'cx.ai.intent.primary': 'c.intent',
    'cx.ai.intent.last': `CASE WHEN c.outcome = 'escalated' THEN 'SpeakToAgent' ELSE c.intent END`,
    'cx.ai.intent.count': `CASE WHEN c.outcome = 'escalated' THEN 2 ELSE 1 END`,
    'cx.ai.intent.confidence_avg': 'c.confidence',
    'cx.ai.intent.confidence_min': `round(c.confidence * (0.75 + 0.2 * samples.uniform(c.key, 'lowest')), 3)`,
    'cx.ai.intent.state': ofOutcome({
      contained: 'Fulfilled',
      escalated: 'Switched',
      abandoned: 'Dropped',
      failed: 'Failed',
    }),
    'cx.ai.slot.elicited_count': `samples.whole(4 * samples.uniform(c.key, 'slots'))`,
    'cx.ai.slot.retry_count': `samples.whole(samples.exponential(c.key, 'slot retries', 0.3))`,
    'cx.ai.outcome': 'c.outcome',
    'cx.ai.end_state': ofOutcome({
      contained: 'Success',
      escalated: 'Success',
      abandoned: 'Dropped',
      failed: 'Failure',
    }),
    'cx.ai.escalated': `c.outcome = 'escalated'`,
    'cx.ai.escalation_reason': ofEscalation(escalationReason),
    'cx.ai.handoff.queue_name': ofEscalation('j.queue'),
    'cx.ai.handoff.wait_ms': 'w.wait_ms',
    'cx.ai.sentiment.customer': 'c.sentiment',
    'cx.ai.latency.first_response_ms': 'c.latency_ms[1]',
    'cx.ai.latency.avg_turn_ms': 'round(list_avg(c.latency_ms), 1)',
    'cx.ai.latency.p95_turn_ms': `round(list_aggregate(c.latency_ms, 'quantile_cont', 0.95), 1)`,
    'cx.ai.model.name': 'c.model',
    'cx.ai.tokens.input': ofModel(tokens.input),
    'cx.ai.tokens.output': ofModel(tokens.output),
    'cx.ai.cost_usd': costUsd,
    'cx.ai.tool_call_count': `samples.whole(3 * samples.uniform(c.key, 'tools'))`,
    'cx.ai.tool_error_count': `CASE c.outcome WHEN 'failed' THEN 1 ELSE 0 END`,
    'cx.ai.guardrail_triggered': `samples.chance(c.key, 'guardrail', 0.02)`,
    'cx.ai.knowledge.hit_count': `samples.whole(5 * samples.uniform(c.key, 'knowledge'))`,
    'cx.ai.error_type': `CASE c.outcome WHEN 'failed' THEN 'fulfilment_timeout' END`,
  },
}

const turn: SpanSource = {
  name: 'cx.ai.turn',
  kind: 'Client',
  service: 'c.vendor',
  from: `(
    SELECT
      *,
      unnest(range(1, turn_count + 1)) AS turn,
      samples.key_of(key, turn) AS turn_key,
      coalesce(list_sum(turn_ms[1:turn - 1]), 0)::BIGINT AS offset_ms
    FROM samples.conversation
  ) c
  JOIN samples.journey j USING (number)
  JOIN samples.flow_end e USING (number)`,
  spanId: `samples.hex_id(c.turn_key)`,
  parentId: 'c.span_id',
  startMs: 'e.conversation_start_ms + c.offset_ms',
  endMs: 'e.conversation_start_ms + c.offset_ms + c.turn_ms[c.turn]',
  attributes: {
    'cx.contact.id': 'j.contact_id',
    'cx.ai.conversation.id': 'c.conversation_id',
    'cx.ai.turn.index': 'c.turn',
    'cx.ai.turn.latency_ms': 'c.latency_ms[c.turn]',
    'cx.ai.turn.understood': 'c.turn > c.missed_count',
    'cx.ai.intent.primary': 'c.intent',
    'gen_ai.operation.name': ofModel(`'chat'`),
    'gen_ai.provider.name': ofModel('c.vendor'),
    'gen_ai.request.model': ofModel('c.model'),
    'gen_ai.conversation.id': ofModel('c.conversation_id'),
    'gen_ai.usage.input_tokens': ofModel('c.tokens_per_turn'),
    'gen_ai.usage.output_tokens': ofModel('c.tokens_per_turn // 9'),
  },
}

/** The bot conversation and its turns. */
export const botSpans: readonly SpanSource[] = [conversation, turn]
