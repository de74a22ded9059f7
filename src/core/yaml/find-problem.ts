import type { z } from 'zod'
import type { Problem, YamlPath } from './problem.ts'

type Issue = z.core.$ZodIssue

/** What a branch says of a value that is of another kind altogether. */
const otherKinds: readonly Issue['code'][] = ['invalid_type', 'invalid_value']

/** Of a union's branches the one that is meant: the first that fits the value's kind. */
function descend(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors
    .map(([first]) => first)
    .find((first) => first && !(otherKinds.includes(first.code) && first.path.length === 0))
  return inner ? descend({ ...inner, path: [...issue.path, ...inner.path] }) : issue
}

/** What stands at a path of the parsed file. */
export const getAt = (data: unknown, path: YamlPath): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  )

/** What an issue of a schema means to the person who wrote the file. `findKeys` gives the keys that are valid at a path. */
function toProblem(issue: Issue, data: unknown, findKeys: (path: YamlPath) => readonly string[]): Problem {
  const meant = descend(issue)
  const { path } = meant
  const found = getAt(data, path)
  if (meant.code === 'unrecognized_keys') {
    const key = meant.keys[0] ?? ''
    return {
      path: [...path, key],
      atKey: true,
      message: 'is no key here',
      found: key,
      valid: findKeys(path),
    }
  }
  if (meant.code === 'invalid_key')
    return { path, atKey: true, message: meant.issues[0]?.message ?? 'is no key here', found: path.at(-1) }
  if (meant.code === 'invalid_value')
    return {
      path,
      message: found === undefined ? 'is missing' : 'is not valid',
      found,
      valid: meant.values.map(String),
    }
  if (found === undefined) return { path, message: 'is missing' }
  if (meant.code === 'invalid_union')
    return { path, message: 'is neither a text nor a rule nor a list', found }
  if (meant.code === 'custom') return { path, message: meant.message }
  if (meant.code === 'invalid_type') return { path, message: `is not of the kind ${meant.expected}`, found }
  return { path, message: meant.message, found }
}

/** The first thing wrong with what was parsed: an unknown key before others, which often follow from it. */
export function findProblem(
  error: z.ZodError | undefined,
  data: unknown,
  findKeys: (path: YamlPath) => readonly string[],
): Problem | undefined {
  const issues = error?.issues ?? []
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  return issue && toProblem(issue, data, findKeys)
}
