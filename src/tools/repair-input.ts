import type { z } from 'zod'
import { renameKey } from './rename-key.ts'
import { findObject, getAt, type Place, requiredKeys, toPath } from './schema-place.ts'

type Issue = z.core.$ZodIssue

/** A value in another form, and what was done to it. */
type Repaired = Readonly<{ value: unknown; note: string }>

/** The same, and where it belongs. */
type Repair = Readonly<{ place: Place; value: unknown; note: string }>

/** Arguments that clients mangle are put right in so many places; beyond that they are not meant for this tool. */
const mostRepairs = 50

/** Longer texts are no objects that were written as text. */
const longestJson = 200_000

function parseJson(text: string): unknown {
  if (text.length > longestJson || !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isNumeric = (text: string) => /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)

/** The value in the type that is wanted, where it says the same; undefined where it doesn't. */
function toType(value: unknown, expected: string): Repaired | undefined {
  const isText = typeof value === 'string'
  if ((expected === 'object' || expected === 'array' || expected === 'record') && isText) {
    const parsed = parseJson(value)
    if (expected === 'array' ? Array.isArray(parsed) : parsed !== undefined && !Array.isArray(parsed))
      return { value: parsed, note: 'was JSON as text, and was read as what it says' }
  }
  if (expected === 'array' && value !== undefined && value !== null && !Array.isArray(value))
    return { value: [value], note: 'was a single value, and was taken as a list of one' }
  if ((expected === 'number' || expected === 'int') && isText && isNumeric(value))
    return { value: Number(value), note: 'was a number as text' }
  if (expected === 'boolean' && isText && /^\s*(true|false)\s*$/i.test(value))
    return { value: value.trim().toLowerCase() === 'true', note: 'was true or false as text' }
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return { value: String(value), note: 'was taken as text' }
  return undefined
}

/** The option that differs from the value in case and blanks only. */
function toOption(value: unknown, options: readonly unknown[]): Repaired | undefined {
  if (typeof value !== 'string') return undefined
  const plain = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_')
  const found = options.find((option) => typeof option === 'string' && plain(option) === plain(value))
  return found === undefined ? undefined : { value: found, note: `was read as ${JSON.stringify(found)}` }
}

function repairValue(value: unknown, issue: Issue): Repaired | undefined {
  if (value === null) return { value: undefined, note: 'was null, and was left out' }
  if (issue.code === 'invalid_type') return toType(value, issue.expected)
  if (issue.code === 'invalid_value') return toOption(value, issue.values)
  if (issue.code !== 'invalid_union') return undefined
  for (const inner of issue.errors.flat()) {
    if (inner.path.length > 0) continue
    const repaired = repairValue(value, inner)
    if (repaired) return repaired
  }
  return undefined
}

/** The only text that an object must have, such as a cursor's token, given without the object around it. */
function wrapText(schema: z.ZodObject, value: unknown, { path }: Issue): Repaired | undefined {
  const object = typeof value === 'string' && path.length > 0 ? findObject(schema, path) : undefined
  const [key, ...others] = object ? requiredKeys(object) : []
  if (!object || key === undefined || others.length > 0 || Object.keys(object.shape).length > 1)
    return undefined
  return { value: { [key]: value }, note: `was a text, and was taken as its ${key}` }
}

/** The operators that take a list, for those that take one value. */
const listOperators: Readonly<Record<string, string>> = { eq: 'in', neq: 'not_in' }

/** A filter that compares with a list, with the operator that takes one. */
function toListOperator(schema: z.ZodObject, args: unknown, { path }: Issue): Repair | undefined {
  const operator = String(path.at(-1))
  const place = path.slice(0, -1)
  const list = getAt(args, path)
  const wanted = Object.hasOwn(listOperators, operator) ? listOperators[operator] : undefined
  if (wanted === undefined || !Array.isArray(list) || list.length === 0) return undefined
  const filter = getAt(args, place) as Readonly<Record<string, unknown>>
  if (!Object.hasOwn(findObject(schema, place)?.shape ?? {}, wanted) || filter[wanted] !== undefined)
    return undefined
  const { [operator]: _, ...others } = filter
  const note = `${toPath(path)} was a list, and was read as ${wanted}.`
  return { place, value: { ...others, [wanted]: list }, note }
}

/** Whether all that a filter says is that a column equals null, or doesn't: left out, nothing would be left of it. */
function isLoneNull(schema: z.ZodObject, args: unknown, { path }: Issue): boolean {
  const place = path.slice(0, -1)
  if (!Object.hasOwn(listOperators, String(path.at(-1))) || getAt(args, path) !== null) return false
  if (!Object.hasOwn(findObject(schema, place)?.shape ?? {}, 'exists')) return false
  const given = Object.entries(getAt(args, place) as Readonly<Record<string, unknown>>)
  return given.filter(([key, value]) => key !== 'path' && value !== undefined).length === 1
}

function repairIssue(schema: z.ZodObject, args: unknown, issue: Issue): Repair | undefined {
  if (isLoneNull(schema, args, issue)) return undefined
  const renamed = renameKey(schema, args, issue) ?? toListOperator(schema, args, issue)
  if (renamed) return renamed
  const value = getAt(args, issue.path)
  const repaired = repairValue(value, issue) ?? wrapText(schema, value, issue)
  return (
    repaired && {
      place: issue.path,
      value: repaired.value,
      note: `${toPath(issue.path) || 'arguments'} ${repaired.note}.`,
    }
  )
}

/** The value with another one at a place; nothing of the original is changed. */
function put(value: unknown, place: Place, inner: unknown): unknown {
  const [key, ...rest] = place
  if (key === undefined) return inner
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? put(item, rest, inner) : item))
  return { ...(value as object), [key]: put(getAt(value, [key]), rest, inner) }
}

/**
 * Arguments as they were meant, where a client has put them in another form: objects and lists as JSON text, one value for a
 * list, numbers and booleans as text, an option in another case, a parameter under another name. Says at which paths. What can't
 * be put right is left as it is.
 */
export function repairInput(
  schema: z.ZodObject,
  args: unknown,
): Readonly<{ args: unknown; notes: readonly string[] }> {
  const notes: string[] = []
  let current = args
  for (let i = 0; i < mostRepairs; i++) {
    const parsed = schema.safeParse(current)
    if (parsed.success) return { args: current, notes }
    const found = parsed.error.issues
      .values()
      .map((issue) => repairIssue(schema, current, issue))
      .find((repair) => repair !== undefined)
    if (!found) return { args: current, notes }
    current = put(current, found.place, found.value)
    notes.push(found.note)
  }
  return { args: current, notes }
}
