import type { ToolContext } from '../tools/tool.ts'

/** One resource of a kind, as a list of them shows it. */
export type ResourceEntry = Readonly<{ uri: string; name: string; description?: string; mimeType: string }>

/** What a resource holds: text, or bytes in base64. */
export type ResourceContent = Readonly<{ mimeType: string } & ({ text: string } | { blob: string })>

/**
 * One kind of MCP resource as a plain value, with one variable in its address. `read` throws an AppError for what is not there.
 */
export type ResourceKind = Readonly<{
  /** E.g. `trace://{id}`; `{+path}` may hold slashes. */
  template: string
  variable: string
  name: string
  title: string
  description: string
  mimeType: string
  /** Those worth listing; a kind with too many to list has none here. */
  list?(context: ToolContext): Promise<readonly ResourceEntry[]>
  /** Values that begin with, or else contain, what was typed so far; best first. */
  complete(typed: string, context: ToolContext): Promise<readonly string[]>
  read(value: string, context: ToolContext): Promise<ResourceContent>
}>

const mostCompletions = 100

/** The values that begin with a text, then those that have it elsewhere; case ignored. */
export function matchTyped(values: readonly string[], typed: string): readonly string[] {
  const wanted = typed.toLowerCase()
  const begins = values.filter((value) => value.toLowerCase().startsWith(wanted))
  const has = values.filter((value) => !begins.includes(value) && value.toLowerCase().includes(wanted))
  return [...begins, ...has].slice(0, mostCompletions)
}
