import { completable, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Prompt, PromptArgument } from '../prompts/prompt.ts'
import { prompts } from '../prompts/prompts.ts'
import type { Runtime } from '../runtime.ts'
import type { Observe } from './observe.ts'

const longest = 1_000

/** One argument for the protocol library: a text, optional unless required, with its completions. */
function toSchema({ description, isRequired, complete }: PromptArgument, runtime: Runtime) {
  const text = z.string().max(longest).describe(description)
  // A client may send an argument that was left blank as an empty text.
  const schema = isRequired ? text.min(1) : text.optional()
  if (!complete) return schema
  return completable(schema, async (typed) => {
    const values = await complete(typed ?? '', { runtime, signal: new AbortController().signal }).catch(
      () => [],
    )
    return [...values]
  })
}

function register(server: McpServer, prompt: Prompt, runtime: Runtime, observe: Observe | undefined): void {
  const { name, title, description } = prompt
  const schemas = prompt.arguments.map((argument) => [argument.name, toSchema(argument, runtime)] as const)
  server.registerPrompt(
    name,
    { title, description, argsSchema: z.object(Object.fromEntries(schemas)) },
    (values, { mcpReq }) => {
      observe?.({ method: 'prompts/get', target: name, requestId: String(mcpReq.id) })({ outcome: 'ok' })
      const given = Object.entries(values as Readonly<Record<string, string | undefined>>)
      const text = prompt.toText(Object.fromEntries(given.filter(([, value]) => value?.trim())))
      return { description, messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
    },
  )
}

/** Registers every prompt. */
export function registerPrompts(server: McpServer, runtime: Runtime, observe?: Observe): void {
  for (const prompt of prompts) register(server, prompt, runtime, observe)
}
