import type { Embedders } from '../../src/knowledge/embedding/embedders.ts'
import { stemWords } from '../../src/knowledge/stem-words.ts'

const dimensions = 256
const gramLengths = [3, 4, 5] as const
/** Share of a word's weight that its character n-grams carry together: enough for typos and inflection. */
const gramShare = 0.5

/** 32-bit FNV-1a with the final mix of MurmurHash3, so that low bits are as good as high ones. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

function toGrams(word: string): string[] {
  const padded = `<${word.slice(0, 40)}>`
  return gramLengths.flatMap((length) =>
    Array.from({ length: Math.max(padded.length - length + 1, 0) }, (_, start) =>
      padded.slice(start, start + length),
    ),
  )
}

function addFeature(vector: Float32Array, feature: string, weight: number): void {
  const value = hash(feature)
  const slot = value % dimensions
  const sign = value & 0x10000 ? 1 : -1
  vector[slot] = (vector[slot] ?? 0) + sign * weight
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

function embedText(text: string): Float32Array {
  const vector = new Float32Array(dimensions)
  const counts = new Map<string, number>()
  for (const word of stemWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const [word, count] of counts) {
    const weight = 1 + Math.log(count)
    addFeature(vector, word, weight)
    const grams = toGrams(word)
    for (const gram of grams) addFeature(vector, `#${gram}`, (weight * gramShare) / Math.sqrt(grams.length))
  }
  return normalise(vector)
}

/**
 * Embedders without a model, for tests that are not about relevance: signed feature hashing of stemmed words and their
 * character 3- to 5-grams (Weinberger et al. 2009, arXiv 0902.2206), term frequency damped by 1 + ln(tf), length 1.
 */
export function createHashingEmbedders(fingerprint = `hashing ${dimensions}`): Embedders {
  return {
    fingerprint: async () => fingerprint,
    open: async () => ({
      dimensions,
      embed: async (texts) => texts.map(embedText),
      close: async () => {},
    }),
    adapt: async () => ({ state: 'not static' }),
  }
}
