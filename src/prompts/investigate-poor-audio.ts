import { type Prompt, quoteValue, rules } from './prompt.ts'
import { when } from './windows.ts'

export const investigatePoorAudio: Prompt = {
  name: 'investigate_poor_audio',
  title: 'Investigate poor audio',
  description: 'Finds where audio was poor, what those calls have in common, and what to do about it',
  arguments: [
    when,
    { name: 'scope', description: 'Who or what complained: a queue, an agent, a provider, a city' },
  ],
  toText: ({
    window = 'last week',
    scope,
  }) => `Investigate poor audio in the window ${quoteValue(window)}${scope ? `, about ${quoteValue(scope)}` : ''}.

1. How bad: traces_query on agent_interaction with the measure poor_mos_rate, p10 and median of Attributes.cx.webrtc.audio.mos_score and the number of legs with a score; in the same call a series per day, to see whether it began at some time.${scope ? ' Filter by what was named above, once you know which column holds it (facet, or get_schema with search).' : ''}
2. What is different: traces_query compare on agent_interaction, target the legs with mos_score below 3.6, baseline those from 3.6 on, attributes true. Look at network provider, city, network type, media endpoint, headset, browser.
3. Which number is out of range: traces_query on the service insights, grouped by Insight.tag and Insight.severity, for the worst group of step 2. MOS is a consequence; jitter, loss and round-trip time are nearer to the cause.
4. Look at one or two: traces_span_insights and traces_span_logs for spans of the example traces that step 2 names.
5. knowledge: what the documentation says about the cause you suspect, with its citation.

Then write: what was found, how sure it is, whom it hits (legs, agents, share), and what to do first. ${rules}`,
}
