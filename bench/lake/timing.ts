/** Wall time of some work, in milliseconds. */
export async function time(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** The value below which a share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Two kinds of work in turn, so that both meet the same noise; the first turn of each, which warms caches up, doesn't count. */
export async function timePairs(
  turns: number,
  a: () => unknown,
  b: () => unknown,
): Promise<Readonly<{ a: number; b: number }>> {
  const times: { a: number[]; b: number[] } = { a: [], b: [] }
  for (let turn = 0; turn <= turns; turn++) {
    const [tookA, tookB] = [await time(a), await time(b)]
    if (turn === 0) continue
    times.a.push(tookA)
    times.b.push(tookB)
  }
  return { a: median(times.a), b: median(times.b) }
}
