import type { RankedChunk } from './rank-passages.ts'

/** More from one page would push other pages out of a short list. */
const largestShare = 3

/** The best `limit` chunks in order, at most three of one file and no text twice. */
export function pickHits(ranked: readonly RankedChunk[], limit: number): RankedChunk[] {
  const texts = new Set<string>()
  const counts = new Map<string, number>()
  const picked: RankedChunk[] = []
  for (const candidate of ranked) {
    const { file, text } = candidate.chunk
    const count = counts.get(file) ?? 0
    if (picked.length >= limit) break
    if (count >= largestShare || texts.has(text)) continue
    texts.add(text)
    counts.set(file, count + 1)
    picked.push(candidate)
  }
  return picked
}
