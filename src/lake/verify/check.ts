/** One thing that was looked at: what was counted, and each place where it is not as it should be. */
export type Check = Readonly<{
  name: string
  /** What holds where it is right, for a person. */
  about: string
  /** What was counted, in the order in which it is shown. */
  figures: Readonly<Record<string, number | string>>
  /** What is wrong and where, a sentence each; empty where all is right. */
  differences: readonly string[]
}>

export const isRight = ({ differences }: Check): boolean => differences.length === 0

/** `1 span`, `12 spans`: a count with its noun. */
export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`
