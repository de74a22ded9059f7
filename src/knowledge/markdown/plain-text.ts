/** A fence of code, of which nothing is taken away. */
const fence = /^[ \t]*(?:>[ \t]?)*(`{3,}|~{3,})(.*)$/

/** Names of HTML elements that documentation uses; other lower-case names between angle brackets are placeholders. */
const elements = new Set(
  `a abbr aside b blockquote body br button caption center cite code col colgroup dd del details dfn div dl dt em
  figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main
  mark meta nav noscript ol p picture pre q s samp script section small source span strong style sub summary sup svg
  table tbody td tfoot th thead title tr tt u ul var video`.split(/\s+/),
)

/** Attributes whose value a reader sees. */
const seenAttribute = /\b(?:title|label|alt|summary|caption|header|aria-label)=(?:"([^"]*)"|'([^']*)')/gi

/** A tag's words that a reader sees: `<Tab label="Linux">` → `Linux`. */
const toSeen = (attributes: string) =>
  [...attributes.matchAll(seenAttribute)].map(([, double, single]) => double ?? single ?? '').join(' ')

const tag = /(\w?)<(\/?)([A-Za-z][\w.-]*)((?:\s[^<>]*)?)\/?>/g

/** HTML and MDX components without their names; `Array<string>` and `<your-token>` are none. */
const dropTags = (text: string) =>
  text.replace(tag, (whole, before: string, slash: string, name: string, attributes: string) => {
    const isComponent = /^[A-Z]/.test(name) && (before === '' || slash !== '')
    return elements.has(name.toLowerCase()) || isComponent ? `${before} ${toSeen(attributes)} ` : whole
  })

/** What is written for a program: imports of MDX, templates of site generators, link targets. */
const unseen: readonly (readonly [RegExp, string])[] = [
  [/^import\b.*\bfrom\s*(['"])[^'"]*\1\s*;?\s*$/, ''],
  [/^export\s+(?:default\s+\S.*[;{}(]|(?:const|let)\s+\w+\s*=.*|function\s+\w*\s*\(.*)$/, ''],
  [/^\s*\[[^\]]+\]:\s*\S+(?:\s+["'(].*)?$/, ''],
  [/\{\{[<%].*?[>%]\}\}|\{%.*?%\}/g, ' '],
  [/\{#[\w-]+\}\s*$/, ''],
  [/!?\[([^[\]]*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:"[^"]*"|'[^']*'))?\)/g, '$1'],
  [/!?\[([^[\]]+)\]\[[^[\]]*\]/g, '$1'],
]

/** The marks of notes and warnings: `> [!NOTE]`, `:::tip[Title]`, `!!! warning "Title"`. */
const admonitions: readonly (readonly [RegExp, string])[] = [
  [/^(\s*(?:>\s*)+)\[!(\w+)\][-+]?/, '$1$2'],
  [/^\s*:{3,}\s*([\w-]*)\s*(?:\[([^\]]*)\])?\s*(?:\{[^}]*\})?/, '$1 $2'],
  [/^\s*(?:!!!|\?\?\?\+?)\s+([\w -]+?)\s*(?:"([^"]*)")?\s*$/, '$1 $2'],
]

const replaceAll = (text: string, rules: readonly (readonly [RegExp, string])[]) =>
  rules.reduce((line, [pattern, by]) => line.replace(pattern, by), text)

/** A line outside of code. What stands between backticks stays as it is. */
function cleanProse(line: string): string {
  const spans: string[] = []
  const masked = line.replace(/`[^`]*`/g, (span) => `\uE000${spans.push(span) - 1}\uE001`)
  const plain = dropTags(replaceAll(replaceAll(masked, unseen), admonitions))
  return plain.replace(/\uE000(\d+)\uE001/g, (whole, number: string) => spans[Number(number)] ?? whole)
}

/** Most lines have nothing to take away. */
const mayHold = /[[<{]|^\s*(?::::|!!!|\?\?\?|import\b|export\b)/

/**
 * Markdown as its readers see it, for the search: without link targets, tags, imports, templates, comments and the marks of
 * admonitions. Code stays as it is. Takes time in proportion to the text.
 */
export function toPlainText(markdown: string): string {
  let open = ''
  let isComment = false
  /** A line outside of code without the comments that begin, go on or end in it. */
  function dropComments(line: string): string {
    if (!isComment && !line.includes('<!--')) return line
    let rest = line
    let kept = ''
    while (rest !== '') {
      const mark = isComment ? '-->' : '<!--'
      const at = rest.indexOf(mark)
      if (!isComment) kept += `${at < 0 ? rest : rest.slice(0, at)} `
      if (at < 0) break
      rest = rest.slice(at + mark.length)
      isComment = !isComment
    }
    return kept
  }
  const plain = markdown.split('\n').map((line) => {
    const [, mark = '', info = ''] = fence.exec(line) ?? []
    if (open !== '') {
      if (mark.startsWith(open) && info.trim() === '') open = ''
      return line
    }
    if (mark !== '' && !isComment) {
      open = mark
      return line
    }
    const seen = dropComments(line)
    return mayHold.test(seen) ? cleanProse(seen) : seen
  })
  return plain.join('\n')
}
