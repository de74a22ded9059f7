import type { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { parseInput } from './parse-input.ts'
import type { AnyTool, Tool } from './tool.ts'

/** Whether the lake's files were replaced in the middle of the call; the next snapshot is of the new ones. */
export const isStale = (error: unknown): boolean =>
  error instanceof AppError && error.details.code === 'stale'

/** Checks a tool's types against its schemas and hides them, so that tools can stand in one list. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): AnyTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    input: tool.input,
    output: tool.output,
    call: async (args, context) => {
      const input = parseInput(tool.input, args)
      const run = () => tool.run(input, context)
      const output = await run().catch((error: unknown) => (isStale(error) ? run() : Promise.reject(error)))
      return { output: output as Readonly<Record<string, unknown>>, text: tool.toText(output) }
    },
  }
}
