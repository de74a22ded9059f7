import { matchTyped } from '../resources/resource.ts'
import type { PromptArgument } from './prompt.ts'

const examples = ['yesterday', 'last week', 'this week', 'last month', 'now-24h', 'now-7d']

/** When: a window in words, as traces_query reads it. */
export const when: PromptArgument = {
  name: 'window',
  description: 'When: words such as yesterday, last week, now-24h, or a day such as 2026-05-12',
  complete: async (typed) => matchTyped(examples, typed),
}
