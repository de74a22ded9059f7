import { type CanonicalRelation, toSelect } from './canonical.ts'
import { type ParquetFiles, readParquet } from './formats/parquet/parquet.ts'

/** Canonical rows ready to be read. */
export type CanonicalRows = Readonly<{
  /** SELECT that gives them. */
  sql: string
  /** How they come about, where that is straight from Parquet files: the same for files of one make. */
  straight?: Readonly<{ relation: CanonicalRelation; files: ParquetFiles }>
}>

const toMake = ({
  relation: { kind, mapping },
  files: { hasBytes },
}: NonNullable<CanonicalRows['straight']>) => JSON.stringify([kind, hasBytes, mapping])

function mergeFiles(rows: readonly CanonicalRows[]): string {
  const [first, ...others] = rows
  if (!first?.straight || others.length === 0) return first?.sql ?? ''
  const { relation, files } = first.straight
  const paths = rows.flatMap(({ straight }) => straight?.files.paths ?? [])
  return toSelect({ ...relation, from: readParquet({ ...files, paths }) })
}

/**
 * The SELECTs that together give all of the rows. Files of one make are read by one of them, since planning a SELECT takes
 * longer than reading a small file.
 */
export function mergeRows(rows: readonly CanonicalRows[]): readonly string[] {
  const groups = Map.groupBy(rows, ({ sql, straight }) => (straight ? toMake(straight) : sql))
  return [...groups.values()].map(mergeFiles)
}
