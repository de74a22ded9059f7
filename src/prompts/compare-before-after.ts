import { type Prompt, quoteValue, rules } from './prompt.ts'

export const compareBeforeAfter: Prompt = {
  name: 'compare_before_after',
  title: 'Compare before and after',
  description: 'Whether a change (a release, a roll-out, a new provider) made things better or worse',
  arguments: [
    {
      name: 'change',
      description: 'What changed and when, e.g. flow version 43 on 2026-05-18T14:00:00Z',
      isRequired: true,
    },
    { name: 'days', description: 'Days on each side; default 7' },
  ],
  toText: ({
    change = '',
    days = '7',
  }) => `Compare the time before and after this change: ${quoteValue(change)}, ${quoteValue(days)} days on each side.

1. knowledge and get_schema with search: which columns tell the change (a version, a flow, a provider), and which figures it should move.
2. traces_query compare, target the time after and baseline the time before, of equal length and with the same weekdays: the measures and rates that the change is about, and the number of rows of each side.
3. A series per day over both sides, to see whether the step is at the change or came earlier.
4. The same comparison where the change did not apply (other flows, other queues, other versions): if it moved there too, something else did it.
5. compare with attributes true, for what else is different after the change.

Then say whether it became better or worse, by how much, how sure (sample sizes, test, p_value), and what else changed at the same time. ${rules}`,
}
