import { z } from 'zod'
import { AppError, type ErrorDetails } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import { repairInput } from './repair-input.ts'

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

/** What stands inside of optional, defaulted and piped schemas. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap())
  return schema instanceof z.ZodPipe ? unwrap(schema.out) : schema
}

/** The keys that an object may have at a place of the input. */
function allowedKeys(schema: z.ZodObject, path: readonly PropertyKey[]): readonly string[] {
  const place = path.reduce<unknown>((outer, part) => {
    const inner = unwrap(outer)
    if (inner instanceof z.ZodArray) return inner.element
    if (inner instanceof z.ZodObject) return Reflect.get(inner.shape, part)
    return undefined
  }, schema)
  const found = unwrap(place)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

/** Of what went wrong with each form that a value may have, that of the one which it comes nearest to. */
function toInner(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const deepest = issue.errors
    .flat()
    .toSorted(
      (a, b) =>
        b.path.length - a.path.length ||
        Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
    )[0]
  return deepest ? toInner({ ...deepest, path: [...issue.path, ...deepest.path] }) : issue
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

/** Arguments of a tool, typed, and what was put right in them. */
export type Parsed<T extends z.ZodObject> = Readonly<{ input: z.output<T>; notes: readonly string[] }>

/**
 * The arguments of a tool, typed; forms that clients mangle are put right and noted. Throws `invalid_argument` for the first
 * thing that is wrong, with its path.
 */
export function parseInput<T extends z.ZodObject>(schema: T, args: unknown): Parsed<T> {
  const first = schema.safeParse(args ?? {})
  if (first.success) return { input: first.data, notes: [] }
  const repaired = repairInput(schema, args ?? {}, toPath)
  const parsed = schema.safeParse(repaired.args)
  if (parsed.success) return { input: parsed.data, notes: repaired.notes }
  const [issue] = parsed.error.issues
  if (!issue) throw parsed.error
  throw new AppError(toDetails(schema, repaired.args, toInner(issue)))
}
