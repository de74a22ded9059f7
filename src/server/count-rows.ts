const lists = ['traces', 'passages', 'columns', 'insights', 'logs'] as const

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** How many rows an answer has, as far as it is made of rows. */
export function countRows(output: Readonly<Record<string, unknown>>): number | undefined {
  const { results } = output
  if (isObject(results))
    return Object.values(results).reduce<number>(
      (sum, result) => sum + (isObject(result) ? Number(result['rowCount'] ?? 0) : 0),
      0,
    )
  const list = lists.map((name) => output[name]).find(Array.isArray)
  if (list) return list.length
  const { spanCount } = output
  return typeof spanCount === 'number' ? spanCount : undefined
}
