/** How often something was done, and how long it took in ms. */
type Count = { done: number; longest: number; total: number }

/** What was done, and what went wrong. */
export type Tally = Readonly<{
  add(what: string, ms?: number): void
  /** Something that must never be. */
  violate(what: string, detail: unknown): void
  counts(): readonly Readonly<{ what: string; done: number; mean: number; longest: number }>[]
  violations(): readonly Readonly<{ what: string; times: number; first: string }>[]
}>

const longestDetail = 600

export function createTally(): Tally {
  const counts = new Map<string, Count>()
  const violations = new Map<string, { times: number; first: string }>()
  return {
    add: (what, ms = 0) => {
      const count = counts.get(what) ?? { done: 0, longest: 0, total: 0 }
      counts.set(what, {
        done: count.done + 1,
        longest: Math.max(count.longest, ms),
        total: count.total + ms,
      })
    },
    violate: (what, detail) => {
      const first = (detail instanceof Error ? detail.message : String(detail)).slice(0, longestDetail)
      const known = violations.get(what)
      if (!known) process.stderr.write(`VIOLATION ${what}: ${first}\n`)
      violations.set(what, { times: (known?.times ?? 0) + 1, first: known?.first ?? first })
    },
    counts: () =>
      [...counts].map(([what, { done, longest, total }]) => ({ what, done, mean: total / done, longest })),
    violations: () => [...violations].map(([what, found]) => ({ what, ...found })),
  }
}
