const cutText = (text: unknown, characters: number): unknown =>
  typeof text === 'string' && text.length > characters
    ? `${text.slice(0, characters)}… (cut: ${text.length} characters)`
    : text

/** A value with its long texts cut, also in maps and lists. Infinity cuts none. */
export function cutValues<T>(value: T, characters: number): T {
  if (characters === Number.POSITIVE_INFINITY) return value
  if (Array.isArray(value)) return value.map((item) => cutValues(item, characters)) as T
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, cutValues(inner, characters)]),
    ) as T
  return cutText(value, characters) as T
}
