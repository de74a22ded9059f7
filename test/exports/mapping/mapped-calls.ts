import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Row } from '../../../src/engine/engine.ts'
import { traceId } from '../../support/lake-rows.ts'
import type { LakeWorld } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'

export const md5 = (text: string) => createHash('md5').update(text).digest('hex')

export const plain = `kind: spans
columns:
  trace_id: id
  span_name: name
  timestamp: started
  end: ended
`

export const oneCall = `SELECT '${traceId(1)}' AS id, 'call' AS name, '2026-05-24T10:00:00Z' AS started, '2026-05-24T10:00:01.5Z' AS ended`

let number = 0

export async function drop(world: LakeWorld, path: string, text: string): Promise<void> {
  const whole = join(world.exportsDir, path)
  await mkdir(dirname(whole), { recursive: true })
  await writeFile(whole, text)
}

export const writeParquet = (world: LakeWorld, path: string, select: string) =>
  world.query(`COPY (${select}) TO '${join(world.exportsDir, path)}' (FORMAT parquet)`)

/** Reads the rows with the mapping, each time under another name: DuckDB keeps the footers of files that it has read. */
export async function readMapped(world: LakeWorld, select: string, mapping: string): Promise<readonly Row[]> {
  number += 1
  await writeParquet(world, `calls-${number}.parquet`, select)
  await drop(world, 'calls.mapping.yaml', mapping)
  return readCanonical(world, `calls-${number}.parquet`)
}
