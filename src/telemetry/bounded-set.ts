/** What a text is counted as that isn't among those that are counted by name. */
export const other = 'other'

/** Texts that became known, at most so many; all others are `other`. So no caller can make more time series. */
export type BoundedSet = Readonly<{
  /** The text if it is known. */
  find(text: string): string
  /** The text, which is known from now on if there is room. */
  admit(text: string): string
}>

const maxLength = 100

export function createBoundedSet(limit: number): BoundedSet {
  const known = new Set<string>()
  const find = (text: string) => (known.has(text) ? text : other)
  return {
    find,
    admit(text) {
      if (known.size < limit && text.length <= maxLength) known.add(text)
      return find(text)
    },
  }
}
