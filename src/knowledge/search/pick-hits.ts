import type { RankedChunk } from './rank-passages.ts'

/** More from one page would push other pages out of a short list. */
const largestShare = 3
/** Neighbours that are shown as one passage: more would be a page. */
const mostJoined = 3

/** A passage of one chunk or of neighbours, `first` to `last` by their numbers in the file. */
type Joined = RankedChunk & Readonly<{ first: number; last: number }>

const toOrdinal = (id: string) => Number(id.slice(id.lastIndexOf('#') + 1))

/** The lines of a chunk without what was put in front of them: a cut table repeats its header. */
const takeOwnLines = ({ text, startLine, endLine }: RankedChunk['chunk']) =>
  text
    .split('\n')
    .slice(-(endLine - startLine + 1))
    .join('\n')

function joinTexts(upper: Joined, lower: Joined): string {
  const apart = lower.chunk.startLine - upper.chunk.endLine
  const between = apart > 0 ? '\n'.repeat(apart) : ' '
  return `${upper.chunk.text}${between}${takeOwnLines(lower.chunk)}`
}

/** Two neighbours of one section as one passage, with what ranks the better of them; undefined for others. */
function join(better: Joined, other: Joined): Joined | undefined {
  const [a, b] = [better.chunk, other.chunk]
  const isSameSection =
    a.file === b.file && a.anchor === b.anchor && a.headingPath.join() === b.headingPath.join()
  const isNext = better.last + 1 === other.first || other.last + 1 === better.first
  if (!isSameSection || !isNext || better.last - better.first + 2 > mostJoined) return undefined
  const [upper, lower] = better.first < other.first ? [better, other] : [other, better]
  return {
    ...better,
    chunk: {
      ...upper.chunk,
      endLine: lower.chunk.endLine,
      text: joinTexts(upper, lower),
      searchText: `${upper.chunk.searchText}\n${lower.chunk.searchText}`,
    },
    first: upper.first,
    last: lower.last,
  }
}

/** The best `limit` passages in order, at most three of one file and no text twice; neighbours of one section are one. */
export function pickHits(ranked: readonly RankedChunk[], limit: number): RankedChunk[] {
  const texts = new Set<string>()
  const counts = new Map<string, number>()
  const picked: Joined[] = []
  for (const candidate of ranked) {
    const { id, file, text } = candidate.chunk
    if (texts.has(text)) continue
    const own = { ...candidate, first: toOrdinal(id), last: toOrdinal(id) }
    const place = picked.findIndex((passage) => join(passage, own) !== undefined)
    const joined = place === -1 ? undefined : join(picked[place] as Joined, own)
    const count = counts.get(file) ?? 0
    if (joined) picked[place] = joined
    else if (picked.length >= limit) break
    else if (count < largestShare) {
      picked.push(own)
      counts.set(file, count + 1)
    } else continue
    texts.add(text)
  }
  return picked.map(({ first: _first, last: _last, ...hit }) => hit)
}
