/** Folds a list from the left: `combine` gives one item for two neighbours, or undefined to leave both. */
export function foldNeighbours<T>(items: readonly T[], combine: (a: T, b: T) => T | undefined): T[] {
  const folded: T[] = []
  for (const item of items) {
    const last = folded.at(-1)
    const combined = last && combine(last, item)
    if (combined) folded[folded.length - 1] = combined
    else folded.push(item)
  }
  return folded
}
