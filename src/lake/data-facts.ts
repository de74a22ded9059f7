import { createHash } from 'node:crypto'
import { formatInstant } from '../core/time-range.ts'
import type { Manifest, Partition } from './manifest.ts'

/** What a published state was made from, as far as an answer must say it to be repeated. */
export type DataFacts = Readonly<{
  /** Equal for equal contents: tables, days, rows and their times. It knows nothing of files and of when they came. */
  fingerprint: string
  /** Files that were read. */
  exports: number
  spans: number
  /** Last time of any row; undefined without any. */
  newest: string | undefined
}>

const length = 12

const toLine = ({ table, day, rows, minNs, maxNs }: Partition) => `${table} ${day} ${rows} ${minNs} ${maxNs}`

export function toDataFacts({ sources, partitions }: Manifest): DataFacts {
  const lines = partitions.map(toLine).sort()
  const times = partitions.map(({ maxNs }) => BigInt(maxNs))
  return {
    fingerprint: createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, length),
    exports: sources.length,
    spans: partitions.filter(({ table }) => table === 'spans').reduce((sum, { rows }) => sum + rows, 0),
    newest: times.length > 0 ? formatInstant(times.reduce((a, b) => (a > b ? a : b))) : undefined,
  }
}
