import type { Pair, Passage } from '../../src/knowledge/embedding/adapt/make-pairs.ts'

const starts = 'b c d f g h j k l m n p r s t v w z br cr dr fl gl kl pr st tr'.split(' ')
const vowels = 'a e i o u ai ou'.split(' ')
const ends = 'b d f g k l m n p r s t x nd rk lt'.split(' ')

/** Mixes a number to 32 bits that look random (the end of MurmurHash3), the same on every machine. */
function mix(number: number): number {
  let value = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

function toSyllable(number: number): string {
  const value = mix(number)
  const pick = (list: readonly string[], shift: number) => list[(value >>> shift) % list.length] ?? ''
  return pick(starts, 0) + pick(vowels, 8) + pick(ends, 16)
}

/** A word that no language has. */
const toWord = (number: number) => [0, 1, 2].map((i) => toSyllable(number * 3 + i)).join('')

const nameOf = (topic: number) => toWord(topic * 2)
const otherNameOf = (topic: number) => toWord(topic * 2 + 1)

function toText(topic: number, turn: number): string {
  const thing = otherNameOf(topic)
  const [verb, stuff, state] = [0, 1, 2].map((i) => toWord(10_000 + topic * 1_000 + turn * 10 + i))
  return [
    `The ${thing} begins to ${verb} when it is open.`,
    `Clean the ${thing} with ${stuff} and then dry it.`,
    `A ${thing} that is not ${state} is not a ${thing} at all.`,
  ].join(' ')
}

/**
 * Passages about things that the corpus alone knows, ten of each: headings have the one name of a thing, texts the
 * other, so that only who has read some of them knows which belong together.
 */
export const listInventedPassages = (count: number): readonly Passage[] =>
  Array.from({ length: count }, (_, i) => ({
    headingPath: ['Handbook', `Care of the ${nameOf(Math.floor(i / 10))}`],
    text: toText(Math.floor(i / 10), i % 10),
  }))

/** Questions with the one name, each with a text of the other that the corpus does not have. */
export const listUnseenPairs = (topics: number): readonly Pair[] =>
  Array.from({ length: topics }, (_, topic) => ({
    left: `How do I look after a ${nameOf(topic)}?`,
    right: toText(topic, 50),
  }))
