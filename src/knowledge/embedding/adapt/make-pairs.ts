/** Text of the corpus as far as pairs are made of it. */
export type Passage = Readonly<{ headingPath: readonly string[]; text: string }>

/** Two texts that belong together: what stands in front is to find what follows. */
export type Pair = Readonly<{ left: string; right: string }>

/** Shorter bodies say too little to be told from others. */
const shortestBody = 80
const sentenceLengths = { least: 30, most: 400 } as const
/** Sentences of a passage that are asked for the rest of it. */
const sentencesEach = 2

const headingLine = /^#{1,6}[ \t].*$/gm

const isWordy = (text: string) => {
  const words = text.match(/\p{L}{2,}/gu)?.length ?? 0
  return words >= 5
}

function listSentences(body: string): readonly string[] {
  return body
    .split(/(?<=[.!?])\s+|\n{2,}/)
    .map((sentence) => sentence.trim())
    .filter(({ length }) => length > sentenceLengths.least && length < sentenceLengths.most)
    .filter(isWordy)
}

/** Evenly spread members of a list, the same ones each time. */
function pickSpread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)] as T)
}

/**
 * Pairs of one passage: its heading path with its body, and some of its sentences with the rest of it. They are what
 * the corpus itself says about which words go together; nobody has to label anything.
 */
export function makePairs({ headingPath, text }: Passage): readonly Pair[] {
  const body = text.replaceAll(headingLine, '').trim()
  if (body.length < shortestBody) return []
  const heading = headingPath.join(' ')
  const sentences = listSentences(body)
  const rest = sentences.length > 1 ? pickSpread(sentences, sentencesEach) : []
  return [
    { left: heading, right: body },
    ...rest.map((sentence) => ({ left: sentence, right: `${heading} ${body.replace(sentence, ' ')}` })),
  ]
}
