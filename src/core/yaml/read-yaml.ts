import { isMap, isSeq, LineCounter, type Node, type Pair, parseDocument, visit, type YAMLError } from 'yaml'
import { type Locate, toYamlError, type YamlFile } from './problem.ts'

/** A file's content, and where in the file each of its parts stands. */
export type YamlContent = Readonly<{ data: unknown; locate: Locate }>

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

function parse(file: YamlFile, text: string): YamlContent {
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
    return toYamlError(file, () => ({ line: Math.max(line, 1), column: Math.max(col, 1) }), {
      path: [],
      message,
    })
  }
  const [error] = [...document.errors, ...document.warnings]
  if (error && /call stack/.test(error.message)) throw fail('is nested too deeply', 0)
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

/**
 * Reads YAML 1.2 of the core schema: no tags, no merges, few aliases. Throws `unreadable_file`, whose message begins with
 * name, line and column.
 */
export function readYaml(file: YamlFile, text: string): YamlContent {
  try {
    return parse(file, text)
  } catch (error) {
    // YAML nested thousands of levels deep exhausts the parser's stack.
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error
    const start = () => ({ line: 1, column: 1 })
    throw toYamlError(file, start, { path: [], message: 'is nested too deeply' })
  }
}
