import type { ToolContext } from '../tools/tool.ts'

export type PromptArgument = Readonly<{
  name: string
  description: string
  isRequired?: boolean
  /** Values that fit what was typed so far. */
  complete?(typed: string, context: ToolContext): Promise<readonly string[]>
}>

/** One recurring job as a plain value: what a person picks and fills in, and the text that an assistant works by. */
export type Prompt = Readonly<{
  name: string
  title: string
  description: string
  arguments: readonly PromptArgument[]
  toText(values: Readonly<Record<string, string | undefined>>): string
}>

const longest = 500

/** A value that a person typed, as it may stand in a prompt: one line, in quotes that it cannot end. */
export const quoteValue = (value: string): string =>
  JSON.stringify(value.replaceAll(/\s+/g, ' ').trim().slice(0, longest))

/** How every job ends. */
export const rules = `Work by these rules: call get_schema before you name a column that is not named here; take every figure from an answer, never from memory; give sample sizes with shares and means; say association, not cause; name two or three trace ids that show what you found; where the data cannot tell, say so.`
