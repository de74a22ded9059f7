import type { Row } from '../../src/engine/engine.ts'
import { findExportFiles } from '../../src/exports/find-files.ts'
import { type RecognisedExport, recogniseExport } from '../../src/exports/recognise.ts'
import type { LakeWorld } from '../support/lake-world.ts'

/** The one file of that path, recognised. */
export async function recognise({ engine, exportsDir }: LakeWorld, path: string): Promise<RecognisedExport> {
  const file = (await findExportFiles(exportsDir)).find((candidate) => candidate.path === path)
  if (!file) throw new Error(`no file ${path}`)
  return recogniseExport(engine, exportsDir, file)
}

/** The canonical rows of a file, in order of span id and time. */
export async function readCanonical(world: LakeWorld, path: string): Promise<readonly Row[]> {
  const { sql } = await recognise(world, path)
  return world.query(`FROM (${sql}) ORDER BY span_id, "timestamp"`)
}
