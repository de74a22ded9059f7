const cutText = (text: unknown, characters: number): unknown =>
  typeof text === 'string' && text.length > characters
    ? `${text.slice(0, characters)}… (cut: ${text.length} characters)`
    : text

/** Columns of a row that are no map, and so always whole. */
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value with its long texts cut, also in maps and lists, of which at most so many entries are kept. Infinity cuts none. */
export function cutValues<T>(value: T, characters: number, entries = Number.POSITIVE_INFINITY, depth = 0): T {
  if (characters === Number.POSITIVE_INFINITY) return value
  if (Array.isArray(value))
    return value.slice(0, entries).map((item) => cutValues(item, characters, entries, depth + 1)) as T
  if (isMap(value)) {
    // The row itself has all of its columns.
    const kept =
      depth === 0
        ? Object.entries(value)
        : Object.entries(value).slice(0, Math.max(entries, 1) * (depth > 1 ? 10 : 1))
    return Object.fromEntries(
      kept.map(([key, inner]) => [
        key.slice(0, longestKey),
        cutValues(inner, characters, entries, depth + 1),
      ]),
    ) as T
  }
  return cutText(value, characters) as T
}

const longestKey = 200
