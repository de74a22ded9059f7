import { toLabels } from './counter.ts'
import type { Family, Sample } from './prometheus-text.ts'

type Description = Readonly<{
  name: string
  help: string
  labels: readonly string[]
  /** Upper bounds of the buckets, inclusive and rising; beyond the last is one more. */
  bounds: readonly number[]
}>

/** How often values fell into each bucket, by the values of some labels. */
export type Histogram = Readonly<{
  observe(values: readonly string[], value: number): void
  toFamily(): Family
}>

type Series = { values: readonly string[]; counts: number[]; sum: number }

/** Buckets in the text format are cumulative. */
function toSamples(
  names: readonly string[],
  bounds: readonly number[],
  { values, counts, sum }: Series,
): readonly Sample[] {
  const labels = toLabels(names, values)
  let count = 0
  const buckets = counts.map((n, i): Sample => {
    count += n
    return { suffix: '_bucket', labels: [...labels, ['le', String(bounds[i] ?? '+Inf')]], value: count }
  })
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }]
}

export function createHistogram({ name, help, labels, bounds }: Description): Histogram {
  const series = new Map<string, Series>()
  const open = (values: readonly string[]): Series => {
    const key = values.join('\0')
    const found = series.get(key) ?? { values, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }
    series.set(key, found)
    return found
  }
  return {
    observe(values, value) {
      const entry = open(values)
      const bucket = bounds.findIndex((bound) => value <= bound)
      const at = bucket === -1 ? bounds.length : bucket
      entry.counts[at] = (entry.counts[at] ?? 0) + 1
      entry.sum += value
    },
    toFamily: () => ({
      name,
      help,
      type: 'histogram',
      samples: [...series.values()].flatMap((entry) => toSamples(labels, bounds, entry)),
    }),
  }
}
