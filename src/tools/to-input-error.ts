import { z } from 'zod'
import type { ErrorDetails } from '../core/errors.ts'
import { findMeantNames } from '../query/find-meant-names.ts'
import { findObject, findSchema, getAt, toPath } from './schema-place.ts'

type Issue = z.core.$ZodIssue

const longestShown = 80

/** What was found, short enough to be repeated. Lists and objects are named only: they may be as deep as they like. */
function brief(value: unknown): unknown {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' && value.length > longestShown
    ? `${value.slice(0, longestShown)}...`
    : value
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** What a bound asks for: `at most 1000`. */
function toBound(issue: Issue): string | undefined {
  const unit = (origin: string) =>
    origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
  if (issue.code === 'too_big')
    return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`
  if (issue.code === 'too_small')
    return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`
  return undefined
}

/** What one form of a value asks for; of one with options, all of them. */
function listWanted(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code === 'invalid_type') return [typeWords[issue.expected] ?? issue.expected]
  return [toBound(issue) ?? issue.message]
}

/** The options among which a value must be. */
const listOptions = (issue: Issue): readonly string[] =>
  issue.code === 'invalid_value' ? issue.values.map(String) : []

/** What went wrong at one place: with each form that a value may have there. */
type Fault = Readonly<{ path: readonly PropertyKey[]; issues: readonly Issue[] }>

/** Of what went wrong with each form that a value may have, that of the one which it comes nearest to. */
function findFault(issue: Issue): Fault {
  if (issue.code !== 'invalid_union') return { path: issue.path, issues: [issue] }
  const inner = issue.errors.flat()
  const depth = Math.max(...inner.map(({ path }) => path.length), 0)
  const deepest = inner.filter(({ path }) => path.length === depth)
  const [first] = deepest.toSorted(
    (a, b) => Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
  )
  if (!first) return { path: issue.path, issues: [issue] }
  if (depth > 0 || first.code === 'invalid_union' || first.code === 'unrecognized_keys') {
    const { path, issues } = findFault(first)
    return { path: [...issue.path, ...path], issues }
  }
  return { path: issue.path, issues: [first, ...deepest.filter((other) => other !== first)] }
}

function toUnknownKey(schema: z.ZodObject, path: readonly PropertyKey[], key: string): ErrorDetails {
  const allowed = Object.keys(findObject(schema, path)?.shape ?? {})
  return {
    code: 'invalid_argument',
    message: `There is no parameter "${key.slice(0, longestShown)}" here.`,
    path: toPath([...path, key]),
    actual: key.slice(0, longestShown),
    expected: allowed,
    nearest: findMeantNames(key, allowed),
    next: 'Use one of the parameters listed, or leave it out.',
  }
}

/** A null to which a value is compared: rows without one are found in another way. */
function toNullDetails(schema: z.ZodObject, place: readonly PropertyKey[]): ErrorDetails | undefined {
  const operator = place.at(-1)
  const isFilter = Object.hasOwn(findObject(schema, place.slice(0, -1))?.shape ?? {}, 'exists')
  if (!isFilter || (operator !== 'eq' && operator !== 'neq')) return undefined
  return {
    code: 'invalid_argument',
    message: `${operator} compares with a value; exists tells rows with a value from those without.`,
    path: toPath(place),
    actual: null,
    expected: 'a value',
    next: `Write "exists": ${operator === 'neq'} in place of "${operator}": null.`,
  }
}

/** What the schema says of a place, where a value may have several forms. */
const describe = (schema: z.ZodObject, { path, issues }: Fault): string => {
  const found = findSchema(schema, path)
  const said = found instanceof z.ZodType ? found.description : undefined
  return issues.length > 1 && said ? `: ${said}` : ''
}

/** What is wrong with some arguments, where it is, what would be valid there and what comes near to it. */
export function toInputError(schema: z.ZodObject, args: unknown, issue: Issue): ErrorDetails {
  const fault = findFault(issue)
  const [first = issue] = fault.issues
  if (first.code === 'unrecognized_keys') return toUnknownKey(schema, fault.path, first.keys[0] ?? '')
  const path = toPath(fault.path) || 'arguments'
  const found = getAt(args, fault.path)
  const nulled = found === null ? toNullDetails(schema, fault.path) : undefined
  if (nulled) return nulled
  const bound = toBound(first)
  const expected = bound === undefined ? [...new Set(fault.issues.flatMap(listWanted))] : [bound]
  const options = fault.issues.flatMap(listOptions)
  const nearest = typeof found === 'string' ? findMeantNames(found, options) : []
  const isMissing = found === undefined
  const fails = bound === undefined ? 'is not valid' : `must be ${bound}`
  return {
    code: 'invalid_argument',
    message: `${path} ${isMissing ? 'is missing' : fails}.`,
    path,
    ...(!isMissing && { actual: brief(found) }),
    expected: expected.length === 1 ? expected[0] : expected,
    ...(nearest.length > 0 && { nearest }),
    next: `${isMissing ? 'Add' : 'Correct'} ${path}${describe(schema, fault)}.`,
  }
}
