/** A value that survives `JSON.stringify` unchanged. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/**
 * A number as JSON can carry it: integers beyond 2^53 become decimal strings,
 * NaN and the infinities, which JSON would turn into null, become their names, and -0 becomes 0.
 */
export function toJsonNumber(value: number | bigint): number | string {
  if (value === 0) return 0
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)
}
