import { completable, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Prompt, PromptArgument } from '../prompts/prompt.ts'
import { prompts } from '../prompts/prompts.ts'
import type { Runtime } from '../runtime.ts'
import type { Hear } from './hear-calls.ts'

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

const toArguments = (prompt: Prompt, runtime: Runtime) =>
  z.object(
    Object.fromEntries(prompt.arguments.map((argument) => [argument.name, toSchema(argument, runtime)])),
  )

/** Made once for each runtime, since over HTTP every request has a server of its own. */
const known = new WeakMap<Runtime, ReadonlyMap<Prompt, ReturnType<typeof toArguments>>>()

function listArguments(runtime: Runtime): ReadonlyMap<Prompt, ReturnType<typeof toArguments>> {
  const made = known.get(runtime) ?? new Map(prompts.map((prompt) => [prompt, toArguments(prompt, runtime)]))
  known.set(runtime, made)
  return made
}

function register(
  server: McpServer,
  prompt: Prompt,
  argsSchema: ReturnType<typeof toArguments>,
  hear: Hear,
): void {
  const { name, title, description } = prompt
  server.registerPrompt(name, { title, description, argsSchema }, (values, context) => {
    hear(context, { method: 'prompts/get', target: name })({ outcome: 'ok' })
    const given = Object.entries(values as Readonly<Record<string, string | undefined>>)
    const text = prompt.toText(Object.fromEntries(given.filter(([, value]) => value?.trim())))
    return { description, messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
  })
}

/** Registers every prompt. */
export function registerPrompts(server: McpServer, runtime: Runtime, hear: Hear): void {
  for (const [prompt, schema] of listArguments(runtime)) register(server, prompt, schema, hear)
}
