import { z } from 'zod'

/** Characters of a token, on the average of English text and JSON. */
export const charactersPerToken = 4

export const leastTokens = 500
const most = 20_000
/** Tokens of a call that says nothing of them. */
export const defaultTokens = 6_000

/** How long an answer may be. Part of every tool's input. */
export const maxTokensSchema = z
  .number()
  .int()
  .min(leastTokens)
  .max(most)
  .default(defaultTokens)
  .describe('Most tokens of the answer (characters / 4), 500 to 20,000')

/** Characters of a budget, of which some are kept for what frames the answer. */
export const toCharacters = (maxTokens: number): number => maxTokens * charactersPerToken

/** Both forms of an answer count: a client shows its model the one or the other. */
export const measure = (output: unknown, text: string): number =>
  Math.max(JSON.stringify(output).length, text.length)

/**
 * The answer with as many of its items as fit: `make` builds the one with the first `count` of them, whose size grows with
 * them. With none of them, if not even one fits.
 */
export function fitItems<T>(
  items: number,
  make: (count: number) => T,
  sizeOf: (answer: T) => number,
  characters: number,
): T {
  const whole = make(items)
  if (items === 0 || sizeOf(whole) <= characters) return whole
  let fits = 0
  let over = items
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    if (sizeOf(make(middle)) <= characters) fits = middle
    else over = middle
  }
  return make(fits)
}

/** Room for several parts of known sizes: small ones get what they need, and the others share the rest evenly. */
export function allot(sizes: readonly number[], characters: number): readonly number[] {
  const shares = sizes.map(() => 0)
  let open = [...sizes.keys()]
  let left = characters
  while (open.length > 0) {
    const even = Math.floor(left / open.length)
    const small = open.filter((i) => (sizes[i] as number) <= even)
    for (const i of small.length > 0 ? small : open) {
      shares[i] = small.length > 0 ? (sizes[i] as number) : even
      left -= shares[i] as number
    }
    open = small.length > 0 ? open.filter((i) => !small.includes(i)) : []
  }
  return shares
}
