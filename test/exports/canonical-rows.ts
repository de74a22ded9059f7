import { join } from 'node:path'
import type { Row } from '../../src/engine/engine.ts'
import type { Kind } from '../../src/exports/canonical.ts'
import { findExportUnits } from '../../src/exports/find-units.ts'
import { type RecognisedExport, recogniseExport } from '../../src/exports/recognise.ts'
import type { LakeWorld } from '../support/lake-world.ts'

/** The one unit of that path, recognised. What must be decoded first goes to `scratch/` beside the drop folder. */
export async function recognise(
  { engine, exportsDir, root }: LakeWorld,
  path: string,
): Promise<RecognisedExport> {
  const unit = findExportUnits(exportsDir).find((candidate) => candidate.path === path)
  if (!unit) throw new Error(`no export ${path}`)
  return recogniseExport({ engine, exportsDir, scratchDir: join(root, 'scratch') }, unit)
}

/** SELECT of the canonical rows of one kind; of the only kind where none is named. */
export async function selectCanonical(world: LakeWorld, path: string, kind?: Kind): Promise<string> {
  const { relations } = await recognise(world, path)
  const relation = relations.find((candidate) => kind === undefined || candidate.kind === kind)
  if (!relation) throw new Error(`${path} gives no ${kind}`)
  return relation.sql
}

/** The canonical rows of a file, in order of span id and time. */
export async function readCanonical(world: LakeWorld, path: string, kind?: Kind): Promise<readonly Row[]> {
  return world.query(`FROM (${await selectCanonical(world, path, kind)}) ORDER BY span_id, "timestamp"`)
}
