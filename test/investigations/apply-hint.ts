import { type Hint, readHint } from './hint.ts'
import { type Investigation, type Json, type Result, toResult } from './investigation.ts'

const toKeys = (path: string) => path.split(/[.[\]]+/).filter((key) => key !== '')

/** The object that holds the value of a path, which must be there, and its key in it. */
function findHolder(args: Json, path: string): readonly [Json, string] {
  const keys = toKeys(path)
  const holder = keys.slice(0, -1).reduce<unknown>((outer, key) => (outer as Json)?.[key], args)
  if (typeof holder !== 'object' || holder === null) throw new Error(`the call has no ${path}`)
  return [holder as Json, keys.at(-1) ?? '']
}

function put(args: Json, path: string, value: unknown): void {
  const [holder, key] = findHolder(args, path)
  holder[key] = value
}

function rename(args: Json, path: string, name: string): void {
  const [holder, key] = findHolder(args, path)
  holder[name] = holder[key]
  delete holder[key]
}

/** Gives the filter of a column, wherever it is, another operand. */
function replaceOperand(value: unknown, column: string, operand: string): void {
  if (typeof value !== 'object' || value === null) return
  if ('path' in value && value.path === column) Object.assign(value, { eq: operand })
  for (const inner of Object.values(value)) replaceOperand(inner, column, operand)
}

/** `"true" or "false"` stands for true, `id (name)` for the id. */
const toOption = (text = '') => /^"([^"]+)"/.exec(text)?.[1] ?? /^(\S+) \(/.exec(text)?.[1] ?? text

/** Which words of a hint lead to which change of the call; the first that are found count. */
const rules: readonly Readonly<{
  of: (hint: Hint) => string
  words: RegExp
  apply(args: Json, hint: Hint, ...found: string[]): void
}>[] = [
  {
    of: ({ note }) => note,
    words: /Nearest values of ([\w.]+): "([^"]*)"/,
    apply: (args, _, column = '', value = '') => replaceOperand(args, column, value),
  },
  {
    of: ({ note }) => note,
    words: /has rows from (\S+) to (\S+)\./,
    apply: (args, _, startTime, endTime) => Object.assign(args, { startTime, endTime }),
  },
  {
    of: ({ next }) => next,
    words: /^Swap (\w+) and (\w+)\.$/,
    apply: (args, _, one = '', other = '') => Object.assign(args, { [one]: args[other], [other]: args[one] }),
  },
  {
    of: ({ next }) => next,
    words: /^Leave (\w+) out/,
    apply: (args, _, name = '') => delete args[name],
  },
  {
    of: ({ next, expected }) => `${next} ${expected.join(' ')}`,
    words: /(?:at most |<=|>=)(\d+)/,
    apply: (args, { path }, number) => put(args, path, Number(number)),
  },
  {
    of: ({ path, actual, nearest, expected }) =>
      toKeys(path).at(-1) === actual ? toOption(nearest[0] ?? expected[0]) : '',
    words: /^(.+)$/,
    apply: (args, { path }, name = '') => rename(args, path, name),
  },
  {
    of: ({ nearest, expected }) => toOption(nearest[0] ?? expected[0]),
    words: /^(\S+)$/,
    apply: (args, { path }, value) => put(args, path, value),
  },
]

/** The call as its hint says it should be. Fails where an error does not say how; a call that was answered stays as it is. */
function applyHint(args: Json, hint: Hint): Json {
  const corrected = structuredClone(args)
  for (const { of, words, apply } of rules) {
    const found = words.exec(of(hint))
    if (!found) continue
    apply(corrected, hint, ...found.slice(1))
    return corrected
  }
  if (hint.code === '') return corrected
  throw new Error(`nothing to apply in ${JSON.stringify(hint)}`)
}

/** Makes a wrong call, and gives the arguments that its answer leads to. */
export async function repair({ call }: Investigation, name: string, args: Json): Promise<Json> {
  return applyHint(args, readHint(await call(name, args)))
}

/** Makes a wrong call of one query, and gives the rows of the call that its answer leads to. */
export async function askRepaired(investigation: Investigation, args: Json): Promise<Result['rows']> {
  const corrected = await repair(investigation, 'traces_query', args)
  const { error, rows } = toResult(await investigation.ask('traces_query', corrected))
  if (error) throw new Error(`still wrong: ${JSON.stringify(error)}`)
  return rows
}
