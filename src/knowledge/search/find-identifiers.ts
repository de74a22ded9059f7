/** Names as programs spell them: `cx.queue.name`, `mos_score`, `--data`, `getUserMedia()`, `PARQUETRY_DOCS`, `E404`, `G.107`. */
const patterns = [
  /[\p{L}_][\p{L}\p{N}_]*(?:(?:\.|::|\/|-(?=\p{L}))[\p{L}\p{N}_]+)+/gu,
  /\p{L}[\p{L}\p{N}]*(?:_[\p{L}\p{N}]+)+/gu,
  /--?[a-z][a-z0-9-]+/g,
  /\p{Ll}+\p{Lu}[\p{L}\p{N}]*/gu,
  /\b[A-Z]{1,6}-?\d[\dA-Za-z.]*/g,
]

const isName = (text: string) =>
  /[._:/]|-\w|\p{Ll}\p{Lu}|\d/u.test(text) &&
  !/^-?\p{L}+(-\p{L}+)*$/u.test(text.replace(/\p{Ll}\p{Lu}/u, '.'))

/** The identifiers in a text, in lower case, each once. Words with hyphens are none. */
export function findIdentifiers(text: string): readonly string[] {
  const found = patterns.flatMap((pattern) => text.match(pattern) ?? [])
  return [
    ...new Set(
      found.filter((name) => name.startsWith('--') || isName(name)).map((name) => name.toLowerCase()),
    ),
  ]
}
