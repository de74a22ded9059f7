import { storedServices } from '../../catalog/catalog.ts'
import { formatInstant } from '../../core/time-range.ts'
import type { Manifest, Partition } from '../../lake/manifest.ts'

/** First and last time of some rows, in ISO 8601. */
export type Span = Readonly<{ start: string; end: string }>

export type TableFacts = Span &
  Readonly<{ table: string; rows: number; bytes: number; files: number; days: number }>

/** The sum of some numbers. */
export const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

const toSpan = (parts: readonly Partition[]): Span => {
  const least = parts.map(({ minNs }) => BigInt(minNs)).reduce((a, b) => (a < b ? a : b))
  const most = parts.map(({ maxNs }) => BigInt(maxNs)).reduce((a, b) => (a > b ? a : b))
  return { start: formatInstant(least), end: formatInstant(most) }
}

/** The tables that have rows, in the catalog's order. */
export const toTables = ({ partitions }: Manifest): readonly TableFacts[] =>
  storedServices.flatMap(({ name }) => {
    const parts = partitions.filter(({ table }) => table === name)
    if (parts.length === 0) return []
    return [
      {
        table: name,
        rows: sum(parts.map(({ rows }) => rows)),
        bytes: sum(parts.map(({ bytes }) => bytes)),
        files: parts.length,
        days: new Set(parts.map(({ day }) => day)).size,
        ...toSpan(parts),
      },
    ]
  })
