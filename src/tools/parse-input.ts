import { z } from 'zod'
import { AppError, type ErrorDetails } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'

type Issue = z.core.$ZodIssue

const toPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text ? `${text}.${String(part)}` : String(part)
  }, '')

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  )
}

const longestShown = 80

/** What was found, short enough to be repeated. Lists and objects are named only: they may be as deep as they like. */
function brief(value: unknown): unknown {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' && value.length > longestShown
    ? `${value.slice(0, longestShown)}...`
    : value
}

/** `Invalid input: expected string, received undefined` says what is wanted in its middle. */
const toExpected = (message: string) =>
  message
    .replace(/^Invalid (input|option): /, '')
    .replace(/, received .*$/, '')
    .replace(/^expected /, '')

type JsonSchema = Readonly<{
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: readonly JsonSchema[]
}>

/** The keys that an object may have at a place of the input. */
function allowedKeys(schema: z.ZodObject, path: readonly PropertyKey[]): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const place = path.reduce<JsonSchema | undefined>(
    (inner, part) => (typeof part === 'number' ? inner?.items : inner?.properties?.[String(part)]),
    root,
  )
  return Object.keys(place?.properties ?? {})
}

function toDetails(schema: z.ZodObject, args: unknown, issue: Issue): ErrorDetails {
  const path = toPath(issue.path) || 'arguments'
  const actual = brief(at(args, issue.path))
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const allowed = allowedKeys(schema, issue.path)
    return {
      code: 'invalid_argument',
      message: `There is no parameter "${key.slice(0, 80)}" here.`,
      path: toPath([...issue.path, key]),
      actual: key.slice(0, 80),
      expected: allowed,
      nearest: findNearestNames(key, allowed),
      next: 'Use one of the parameters listed, or leave it out.',
    }
  }
  if (actual === undefined) {
    return {
      code: 'invalid_argument',
      message: `${path} is missing.`,
      path,
      expected: toExpected(issue.message),
      next: `Add ${path}.`,
    }
  }
  return {
    code: 'invalid_argument',
    message: `${path} is not valid.`,
    path,
    actual,
    expected: toExpected(issue.message),
    next: `Correct ${path}.`,
  }
}

/** The arguments of a tool, typed. Throws `invalid_argument` for the first thing that is wrong, with its path. */
export function parseInput<T extends z.ZodObject>(schema: T, args: unknown): z.output<T> {
  const parsed = schema.safeParse(args ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (!issue) throw parsed.error
  throw new AppError(toDetails(schema, args, issue))
}
