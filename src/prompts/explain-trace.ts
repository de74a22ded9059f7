import { traces } from '../resources/traces.ts'
import { type Prompt, quoteValue, rules } from './prompt.ts'

export const explainTrace: Prompt = {
  name: 'explain_trace',
  title: 'Explain this trace',
  description: 'Tells one journey or request in plain words: what happened, where the time went, what failed',
  arguments: [
    {
      name: 'traceId',
      description: 'Trace id, 32 hex characters',
      isRequired: true,
      complete: traces.complete,
    },
  ],
  toText: ({ traceId = '' }) => `Explain the trace ${quoteValue(traceId)}.

1. traces_get with detail summary, then tree; critical_path if it is about time, errors if something failed.
2. traces_span_insights for the spans that the summary names with issues; traces_span_logs for a span that failed.
3. If a value looks unusual, one traces_query that compares it with others of the same queue, agent or operation.

Then tell in the order of time what happened and to whom, where the time went (in seconds and as a share), what failed and why as far as the trace shows it, and what a person should do. Leave out what is usual. ${rules}`,
}
