import { isMap, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLError, visit } from 'yaml'
import type { z } from 'zod'
import { kinds } from '../canonical.ts'
import { type Locate, type MappingPath, type Problem, toMappingError } from './mapping-problem.ts'
import { kindSchema, type MappingFile, mappingSchemas, validKeys } from './mapping-schema.ts'

/** A mapping file that is valid by itself; whether its columns exist is known with the export only. */
export type ParsedMapping = Readonly<{ name: string; mapping: MappingFile; locate: Locate }>

type Issue = z.core.$ZodIssue

/** Of a union's branches the one that is meant: the first that fits the value's kind. */
function descend(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors
    .map(([first]) => first)
    .find((first) => first && !(first.code === 'invalid_type' && first.path.length === 0))
  return inner ? descend({ ...inner, path: [...issue.path, ...inner.path] }) : issue
}

/** The keys that are valid in the mapping at a path. */
function findKeys(path: MappingPath, kind: MappingFile['kind']): readonly string[] {
  const [top, name] = path.map(String)
  if (top === undefined) return validKeys.top
  if (top === 'rest') return validKeys.rest
  if (top !== 'columns') return validKeys.plain
  if (name === undefined) return validKeys[kind]
  if (name === 'timestamp' || name === 'end') return validKeys.time
  return name === 'duration' ? validKeys.duration : validKeys.plain
}

const getAt = (data: unknown, path: MappingPath): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  )

/** What an issue of the schema means to the person who wrote the file. */
function toProblem(issue: Issue, data: unknown, kind: MappingFile['kind']): Problem {
  const meant = descend(issue)
  const { path } = meant
  const found = getAt(data, path)
  if (meant.code === 'unrecognized_keys') {
    const key = meant.keys[0] ?? ''
    const valid = findKeys(path, kind)
    return { path: [...path, key], atKey: true, message: 'is no key here', found: key, valid }
  }
  if (meant.code === 'invalid_value')
    return {
      path,
      message: found === undefined ? 'is missing' : 'is not valid',
      found,
      valid: meant.values.map(String),
    }
  if (found === undefined) return { path, message: 'is missing' }
  if (typeof found === 'string' && path.at(-1) === 'duration')
    return { path, message: 'needs its unit: write {column: …, unit: s}', found }
  if (meant.code === 'invalid_union')
    return { path, message: 'is neither a text nor a rule nor a list', found }
  if (meant.code === 'custom') return { path, message: meant.message }
  if (meant.code === 'invalid_type') return { path, message: `is not of the kind ${meant.expected}`, found }
  return { path, message: meant.message, found }
}

const mostAliases = 20

type Pairs = readonly Pair<Node, Node>[]

/** Finds the place of a key's value, of the key itself where it has none, or of the nearest thing around it. */
function createLocate(root: Node | null, lines: LineCounter): Locate {
  return (path, atKey = false) => {
    let node = root
    let offset = root?.range?.[0] ?? 0
    for (const key of path) {
      const items: Pairs = isMap<Node, Node>(node) ? node.items : []
      const pair = items.find((item) => String(item.key) === String(key))
      const next = pair?.value ?? (isSeq<Node>(node) ? node.items[Number(key)] : undefined)
      offset = (atKey ? pair?.key : next)?.range?.[0] ?? pair?.key.range?.[0] ?? offset
      node = next ?? null
      if (!node) break
    }
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

/** The first line of what the YAML parser says, without its drawing of the place. */
const toReason = ({ message }: Pick<YAMLError, 'message'>) =>
  (message.split('\n')[0] ?? '').replace(/ at line .*$/, '')

function readYaml(name: string, text: string): Readonly<{ data: unknown; locate: Locate }> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    merge: false,
    customTags: null,
    uniqueKeys: true,
    prettyErrors: false,
  })
  const fail = (message: string, offset: number) => {
    const { line, col } = lines.linePos(offset)
    return toMappingError(name, () => ({ line: Math.max(line, 1), column: Math.max(col, 1) }), {
      path: [],
      message,
    })
  }
  const [error] = [...document.errors, ...document.warnings]
  if (error) throw fail(`is not YAML that can be read: ${toReason(error)}`, error.pos[0])
  let aliases = 0
  visit(document, {
    Alias: (_, { range }) => {
      aliases += 1
      if (aliases > mostAliases) throw fail(`has more than ${mostAliases} aliases`, range?.[0] ?? 0)
    },
  })
  return {
    data: document.toJS({ maxAliasCount: mostAliases }),
    locate: createLocate(document.contents, lines),
  }
}

/** YAML nested thousands of levels deep exhausts the parser's stack. */
function readYamlSafely(name: string, text: string): ReturnType<typeof readYaml> {
  try {
    return readYaml(name, text)
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error
    const start = () => ({ line: 1, column: 1 })
    throw toMappingError(name, start, { path: [], message: 'is nested too deeply' })
  }
}

/**
 * Parses a mapping file. Throws `unreadable_file`, whose message begins with name, line and column, where it is no YAML,
 * or not of the form that `docs/mapping-files.md` describes.
 */
export function parseMapping(name: string, text: string): ParsedMapping {
  const { data, locate } = readYamlSafely(name, text)
  const kind = kindSchema.safeParse(data)
  if (!kind.success) {
    const found = getAt(data, ['kind'])
    throw toMappingError(name, locate, {
      path: ['kind'],
      message: 'is missing or not valid',
      found,
      valid: kinds,
    })
  }
  const parsed = mappingSchemas[kind.data.kind].safeParse(data)
  const issues = parsed.error?.issues ?? []
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue) throw toMappingError(name, locate, toProblem(issue, data, kind.data.kind))
  return { name, mapping: parsed.data as MappingFile, locate }
}
