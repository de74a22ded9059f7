import type { Family } from './prometheus-text.ts'

type Description = Readonly<{ name: string; help: string; labels: readonly string[] }>

/** Sums by the values of some labels, which are given in the order of their names. */
export type Counter = Readonly<{
  add(values: readonly string[], amount: number): void
  toFamily(): Family
}>

/** Labels with their values. */
export const toLabels = (
  names: readonly string[],
  values: readonly string[],
): readonly (readonly [string, string])[] => names.map((name, i) => [name, values[i] ?? ''])

export function createCounter({ name, help, labels }: Description): Counter {
  const sums = new Map<string, { values: readonly string[]; sum: number }>()
  return {
    add(values, amount) {
      const key = values.join('\0')
      const entry = sums.get(key)
      if (entry) entry.sum += amount
      else sums.set(key, { values, sum: amount })
    },
    toFamily: () => ({
      name,
      help,
      type: 'counter',
      samples: [...sums.values()].map(({ values, sum }) => ({
        labels: toLabels(labels, values),
        value: sum,
      })),
    }),
  }
}
