import type { z } from 'zod'
import { parseInput } from './parse-input.ts'
import type { AnyTool, Tool } from './tool.ts'

/** Checks a tool's types against its schemas and hides them, so that tools can stand in one list. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): AnyTool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    input: tool.input,
    output: tool.output,
    call: async (args, context) => {
      const output = await tool.run(parseInput(tool.input, args), context)
      return { output: output as Readonly<Record<string, unknown>>, text: tool.toText(output) }
    },
  }
}
