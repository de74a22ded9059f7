const stopWords = new Set(
  `a about above after all also am an and any are as at be because been before being below between both but by can
  could did do does doing down during each few for from further had has have having he her here him his how i if in
  into is it its just me more most my no nor not of off on once only or other our out over own same she should so
  some such than that the their them then there these they this those through to too under until up us very was we
  were what when where which while who whom why will with would you your`.split(/\s+/),
)

/** Suffix → replacement, the first that leaves at least three letters wins (a reduced Porter stemmer). */
const suffixes: readonly (readonly [suffix: string, replacement: string])[] = [
  ['ations', 'at'],
  ['ation', 'at'],
  ['ingly', ''],
  ['ments', ''],
  ['ment', ''],
  ['ness', ''],
  ['sses', 'ss'],
  ['ies', 'y'],
  ['ing', ''],
  ['ers', ''],
  ['ed', ''],
  ['er', ''],
  ['ly', ''],
  ['es', ''],
  ['ss', 'ss'],
  ['s', ''],
  ['e', ''],
]

/** A word without its ending, lightly: it may join words that differ, and part words that belong together. */
export function stemWord(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  if (stems.size >= mostStems) stems.clear()
  const stem = cutEnding(word)
  stems.set(word, stem)
  return stem
}

/** Stems by word: texts say the same words again and again. */
const stems = new Map<string, string>()
const mostStems = 100_000

function cutEnding(word: string): string {
  const rule = suffixes.find(([suffix]) => word.endsWith(suffix) && word.length - suffix.length >= 3)
  if (!rule) return word
  const base = word.slice(0, -rule[0].length) + rule[1]
  return /([bdfgmnprt])\1$/.test(base) ? base.slice(0, -1) : base
}

const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text)

const fold = (text: string) => (isAscii(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, ''))

const asciiWord = /[a-z0-9]+/g
const anyWord = /[\p{L}\p{N}]+/gu

/** The words of a text, case and accents folded; `mosScore` gives two. */
export function splitWords(text: string): string[] {
  const folded = fold(text)
  const pattern = isAscii(folded) ? asciiWord : anyWord
  const parted = folded.replace(/([a-z])([A-Z])/g, '$1 $2')
  return parted.toLowerCase().match(pattern) ?? []
}

/** Whether a word says nothing about what a text is about. */
export const isStopWord = (word: string): boolean => stopWords.has(word)

/** The words of a text, stop words dropped, lightly stemmed. */
export function stemWords(text: string): string[] {
  return splitWords(text)
    .filter((word) => !stopWords.has(word))
    .map(stemWord)
}
