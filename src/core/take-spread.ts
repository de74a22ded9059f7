/** At most `most` of the items, evenly spread from the first on, the same ones each time. */
export function takeSpread<T>(items: readonly T[], most: number): readonly T[] {
  const every = Math.max(items.length / most, 1)
  return Array.from({ length: Math.min(items.length, most) }, (_, i) => items[Math.floor(i * every)] as T)
}
