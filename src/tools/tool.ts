import type { z } from 'zod'
import type { Runtime } from '../runtime.ts'

export type ToolContext = Readonly<{ runtime: Runtime; signal: AbortSignal }>

/** A resource that goes with an answer. */
export type ResourceLink = Readonly<{ uri: string; name: string; mimeType: string; size?: number }>

/**
 * One MCP tool as a plain value. `run` returns its typed output or throws an AppError; `toText` writes the same output
 * for clients that read text only. Neither builds an MCP result: `reply.ts` does that for all tools.
 */
export type Tool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> = Readonly<{
  name: string
  title: string
  description: string
  input: In
  output: Out
  run(input: z.output<In>, context: ToolContext): Promise<z.output<Out>>
  toText(output: z.output<Out>): string
  /** Resources that the output speaks of. */
  toLinks?(output: z.output<Out>): readonly ResourceLink[]
}>

/** A tool whose types have been checked at its definition, fit for a list of different tools. */
export type AnyTool = Readonly<{
  name: string
  title: string
  description: string
  input: z.ZodObject
  output: z.ZodObject
  /** Parses the arguments, runs, and gives the output with its text. Throws AppError. */
  call(
    args: unknown,
    context: ToolContext,
  ): Promise<
    Readonly<{ output: Readonly<Record<string, unknown>>; text: string; links: readonly ResourceLink[] }>
  >
}>
