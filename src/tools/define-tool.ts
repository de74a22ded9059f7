import type { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { charactersPerToken, leastTokens, measure, toCharacters } from './budget.ts'
import { parseInput } from './parse-input.ts'
import type { AnyTool, Tool } from './tool.ts'

/** Whether the lake's files were replaced in the middle of the call; the next snapshot is of the new ones. */
export const isStale = (error: unknown): boolean =>
  error instanceof AppError && error.details.code === 'stale'

/** Characters that an answer may have. */
function roomOf(input: Readonly<Record<string, unknown>>): number {
  const { max_tokens: tokens } = input
  return typeof tokens === 'number' ? toCharacters(tokens) : Number.POSITIVE_INFINITY
}

/** No answer is longer than its budget: a tool that can't fill it with whole parts says so instead. */
function checkSize(input: Readonly<Record<string, unknown>>, size: number): void {
  const { max_tokens: maxTokens } = input
  if (typeof maxTokens !== 'number' || size <= toCharacters(maxTokens)) return
  throw new AppError({
    code: 'too_large',
    message: `The answer does not fit into ${maxTokens} tokens.`,
    path: 'max_tokens',
    actual: maxTokens,
    next: 'Raise max_tokens (at most 20000), or ask for less in one call.',
  })
}

/** An answer that also says how its call was read, where that was not as it was written. Every output has `notes`. */
const withNotes = <T>(output: T, notes: readonly string[]): T => {
  if (notes.length === 0) return output
  const own = (output as Readonly<{ notes?: readonly string[] }>).notes ?? []
  return { ...output, notes: [...own, ...notes] }
}

const notesShown = 5

const shorten = (notes: readonly string[]): readonly string[] =>
  notes.length <= notesShown
    ? notes
    : [...notes.slice(0, notesShown), `${notes.length - notesShown} more values were put right.`]

/** An error of a call that was not read as it was written says so too: its path is that of the call as it was read. */
function tellReading(error: unknown, notes: readonly string[]): unknown {
  if (!(error instanceof AppError) || notes.length === 0) return error
  const { details } = error
  return new AppError({ ...details, message: [details.message, ...notes].join(' ') }, { cause: error })
}

/** The input with what the notes take away from its budget. */
function makeRoom<T>(input: T, notes: readonly string[]): T {
  const { max_tokens: tokens } = input as Readonly<{ max_tokens?: unknown }>
  if (notes.length === 0 || typeof tokens !== 'number') return input
  const less = tokens - Math.ceil(JSON.stringify(notes).length / charactersPerToken) - 5
  return { ...input, max_tokens: Math.max(less, leastTokens) }
}

/** Checks a tool's types against its schemas and hides them, so that tools can stand in one list. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): AnyTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    input: tool.input,
    output: tool.output,
    call: async (args, context) => {
      const { input, notes: all } = parseInput(tool.input, args)
      const notes = shorten(all)
      const run = async (asked: z.output<In>) => withNotes(await tool.run(asked, context), notes)
      const again = (asked: z.output<In>) =>
        run(asked)
          .catch((error: unknown) => (isStale(error) ? run(asked) : Promise.reject(error)))
          .catch((error: unknown) => Promise.reject(tellReading(error, notes)))
      const sizeOf = (some: z.output<Out>) => measure(some, tool.toText(some))
      let output = await again(input)
      // Only where the notes don't fit beside a full answer, it is made again with less room.
      if (notes.length > 0 && sizeOf(output) > roomOf(input)) output = await again(makeRoom(input, notes))
      const text = tool.toText(output)
      checkSize(input, measure(output, text))
      return {
        output: output as Readonly<Record<string, unknown>>,
        text,
        links: tool.toLinks?.(output) ?? [],
      }
    },
  }
}
