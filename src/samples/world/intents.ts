/**
 * What callers want from the bot, by the queue the bot hands them to.
 * `escalation` is the share of conversations that end in a hand-off, `confidence` the mean confidence.
 */
export const intents = [
  { queue: 'Sales', name: 'UpgradePlan', weight: 5, escalation: 0.36, confidence: 0.85 },
  { queue: 'Sales', name: 'TrackOrder', weight: 5, escalation: 0.22, confidence: 0.9 },
  { queue: 'Billing', name: 'BillingQuestion', weight: 6, escalation: 0.32, confidence: 0.84 },
  { queue: 'Billing', name: 'PaymentExtension', weight: 4, escalation: 0.28, confidence: 0.86 },
  { queue: 'Retention', name: 'CancelSubscription', weight: 7, escalation: 0.85, confidence: 0.61 },
  { queue: 'Retention', name: 'DowngradePlan', weight: 3, escalation: 0.34, confidence: 0.82 },
  { queue: 'Technical Support', name: 'ResetPassword', weight: 5, escalation: 0.2, confidence: 0.91 },
  { queue: 'Technical Support', name: 'ReportOutage', weight: 5, escalation: 0.38, confidence: 0.83 },
  { queue: 'Claims', name: 'FileClaim', weight: 5, escalation: 0.4, confidence: 0.81 },
  { queue: 'Claims', name: 'ClaimStatus', weight: 5, escalation: 0.24, confidence: 0.88 },
] as const

/** The bots: a voice assistant on a language model, and a chat bot on Lex. */
export const bots = [
  {
    channel: 'VOICE',
    id: 'bot-voice-assistant',
    name: 'Vera',
    alias: 'live',
    version: '18',
    vendor: 'polyai',
    mode: 'Speech',
    model: 'voice-assistant-large',
    median_turn_ms: 9000,
    median_latency_ms: 900,
    tokens_per_turn: 640,
  },
  {
    channel: 'CHAT',
    id: 'bot-chat-assistant',
    name: 'ChatVera',
    alias: 'prod',
    version: '7',
    vendor: 'lex',
    mode: 'Text',
    model: 'lex-v2-nlu',
    median_turn_ms: 16000,
    median_latency_ms: 420,
    tokens_per_turn: 0,
  },
] as const
