import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** A value in another form, and what was done to it. */
type Repaired = Readonly<{ value: unknown; note: string }>

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

const get = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  )

/** The value with another one at a place; nothing of the original is changed. */
function put(value: unknown, path: readonly PropertyKey[], inner: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return inner
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? put(item, rest, inner) : item))
  return { ...(value as object), [key]: put(get(value, [key]), rest, inner) }
}

/**
 * Arguments as they were meant, where a client has put them in another form: objects and lists as JSON text, one value for a
 * list, numbers and booleans as text, an option in another case. Says at which paths. What can't be put right is left as it is.
 */
export function repairInput(
  schema: z.ZodObject,
  args: unknown,
  toPath: (path: readonly PropertyKey[]) => string,
): Readonly<{ args: unknown; notes: readonly string[] }> {
  const notes: string[] = []
  let current = args
  for (let i = 0; i < mostRepairs; i++) {
    const parsed = schema.safeParse(current)
    if (parsed.success) return { args: current, notes }
    const found = parsed.error.issues
      .map((issue) => ({ issue, repaired: repairValue(get(current, issue.path), issue) }))
      .find(({ repaired }) => repaired !== undefined)
    if (!found?.repaired) return { args: current, notes }
    current = put(current, found.issue.path, found.repaired.value)
    notes.push(`${toPath(found.issue.path) || 'arguments'} ${found.repaired.note}.`)
  }
  return { args: current, notes }
}
