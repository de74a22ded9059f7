import { rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest, Partition } from '../../../src/lake/manifest.ts'
import type { LakeWorld } from '../../support/lake-world.ts'

/** A copy of the lake that can be damaged. */
export type Damaged = Readonly<{ world: LakeWorld; lakeDir: string; manifest: Manifest }>

export const save = ({ lakeDir }: Pick<Damaged, 'lakeDir'>, manifest: Manifest) =>
  writeFile(join(lakeDir, 'manifest.json'), JSON.stringify(manifest))

export const partOf = ({ manifest }: Damaged, table: string, day = '2026-05-02') =>
  manifest.partitions.find((partition) => partition.table === table && partition.day === day) as Partition

/** Writes a file of the lake anew, from a SELECT over `rows`, what it holds now. */
export async function rewrite({ world, lakeDir }: Damaged, file: string, select: string): Promise<number> {
  const [path, beside] = [join(lakeDir, file), join(world.root, 'beside.parquet')]
  await world.query(
    `COPY (WITH "rows" AS (SELECT * FROM read_parquet('${path}', hive_partitioning = false)) ${select}) TO '${beside}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  await rename(beside, path)
  return (await stat(path)).size
}

/** The same, with the manifest as if it had always been so, apart from the figures that `changes` gives. */
export async function forge(
  damaged: Damaged,
  { file }: Partition,
  select: string,
  changes: Partial<Partition> = {},
): Promise<Damaged> {
  const bytes = await rewrite(damaged, file, select)
  const partitions = damaged.manifest.partitions.map((partition) =>
    partition.file === file ? { ...partition, bytes, ...changes } : partition,
  )
  const forged = { ...damaged, manifest: { ...damaged.manifest, partitions } }
  await save(forged, forged.manifest)
  return forged
}

export const indexOf = ({ manifest }: Damaged) =>
  manifest.sources.flatMap(({ index }) => index ?? [])[0] ?? ''

/** Some row of a file is changed in one column. */
export const setFirst = (column: string, value: string, where = 'TRUE') =>
  `SELECT * EXCLUDE (n, chosen) REPLACE (CASE WHEN n = chosen THEN ${value} ELSE "${column}" END AS "${column}")
FROM (SELECT *, min(n) FILTER (${where}) OVER () AS chosen FROM (SELECT *, row_number() OVER () AS n FROM "rows"))
ORDER BY n`

type Act = (damaged: Damaged) => Promise<unknown>

/** What is done to a lake, the checks that must see it and no others, and a piece of what the first of them must say. */
export type Harm = readonly [what: string, act: Act, seenBy: readonly string[], says: RegExp]
