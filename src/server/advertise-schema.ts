import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import type { AnyTool } from '../tools/tool.ts'

/** Bounds that guard the server but tell an assistant nothing: each would be read again in every conversation. */
const untold = new Set(['$schema', 'minLength', 'maxLength', 'minItems', 'maxItems', 'propertyNames'])

type IsUntold = (key: string, value: unknown) => boolean

/** That other keys may have any value is what a schema says when it says nothing. */
const ofInput: IsUntold = (key, value) =>
  key === 'additionalProperties' && typeof value === 'object' && JSON.stringify(value) === '{}'

/** That an answer has no other keys matters to nobody who reads it. */
const ofOutput: IsUntold = (key, value) =>
  key === 'additionalProperties' && (value === false || ofInput(key, value))

function trim(schema: unknown, isUntold: IsUntold): unknown {
  if (Array.isArray(schema)) return schema.map((part) => trim(part, isUntold))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !untold.has(key) && !isUntold(key, value))
      .map(([key, value]) => [key, trim(value, isUntold)]),
  )
}

type JsonSchema = Record<string, unknown>

type Advertised = StandardSchemaWithJSON<unknown, unknown>
type ToJsonSchema = Advertised['~standard']['jsonSchema']['input']

/** Computes once for each form that is asked for; nobody changes what was given. */
function remember(compute: ToJsonSchema): ToJsonSchema {
  const known = new Map<string, JsonSchema>()
  return (options) => {
    const form = JSON.stringify(options)
    const made = known.get(form) ?? compute(options)
    known.set(form, made)
    return made
  }
}

function advertise(schema: AnyTool['input']): Advertised {
  const { jsonSchema, ...standard } = schema['~standard']
  const { input, output } = jsonSchema
  return {
    '~standard': {
      ...standard,
      validate: (value) => ({ value }),
      jsonSchema: {
        input: remember((options) => trim(input(options), ofInput) as JsonSchema),
        output: remember((options) => trim(output(options), ofOutput) as JsonSchema),
      },
    },
  }
}

const advertised = new WeakMap<AnyTool['input'], Advertised>()

/**
 * A tool's schema for clients to see, in as few tokens as it can be said, with the check of the input left to the tool:
 * it knows names, units and the way out, where the protocol library would answer with its own sentence. Made once for each
 * schema, since over HTTP every request has a server of its own.
 */
export function advertiseSchema(schema: AnyTool['input']): Advertised {
  const made = advertised.get(schema) ?? advertise(schema)
  advertised.set(schema, made)
  return made
}
