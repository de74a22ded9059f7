const titleLine = /^title[ \t]*[:=][ \t]*(.*)$/im
const blockScalar = /^[|>][+-]?\d?$/

/** `"A \"quoted\" text"`, `'it''s'` or a plain scalar with an optional comment → the text. */
function parseScalar(value: string): string {
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(value)
  if (double) return (double[1] ?? '').replaceAll(/\\(.)/g, '$1')
  const single = /^'((?:[^']|'')*)'/.exec(value)
  if (single) return (single[1] ?? '').replaceAll("''", "'")
  return value.replace(/(^|\s)#.*$/, '')
}

/**
 * The top-level `title` of YAML or TOML front matter. Only this one key is read, line by line,
 * so that a mistake elsewhere in the front matter costs nothing.
 */
export function findFrontMatterTitle(frontMatter: string): string | undefined {
  const match = titleLine.exec(frontMatter)
  if (!match) return undefined
  const value = (match[1] ?? '').trim()
  if (!blockScalar.test(value)) return parseScalar(value).trim() || undefined
  const [, ...following] = frontMatter.slice(match.index).split('\n')
  const end = following.findIndex((line) => /^\S/.test(line))
  const folded = following.slice(0, end === -1 ? undefined : end).map((line) => line.trim())
  return folded.join(' ').trim() || undefined
}
