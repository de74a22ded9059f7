import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import type { AnyTool } from '../tools/tool.ts'

/** Bounds that guard the server but tell an assistant nothing: each would be read again in every conversation. */
const untold = new Set(['$schema', 'minLength', 'maxLength', 'minItems', 'maxItems'])

function trim(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(trim)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !untold.has(key))
      .map(([key, value]) => [key, trim(value)]),
  )
}

type JsonSchema = Record<string, unknown>

/**
 * A tool's schema for clients to see, in as few tokens as it can be said, with the check of the input left to the tool:
 * it knows names, units and the way out, where the protocol library would answer with its own sentence.
 */
export function advertiseSchema(schema: AnyTool['input']): StandardSchemaWithJSON<unknown, unknown> {
  const { jsonSchema, ...standard } = schema['~standard']
  return {
    '~standard': {
      ...standard,
      validate: (value) => ({ value }),
      jsonSchema: {
        input: (options) => trim(jsonSchema.input(options)) as JsonSchema,
        output: (options) => trim(jsonSchema.output(options)) as JsonSchema,
      },
    },
  }
}
