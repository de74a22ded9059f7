import { type CanonicalRelation, toSelect } from './canonical.ts'
import type { ExportUnit } from './find-units.ts'
import type { ReadingPlace } from './formats/format.ts'
import { layouts } from './layouts/layouts.ts'
import { unreadable } from './open-export.ts'
import { openSource } from './open-source.ts'

/** A unit whose layout is known: its canonical relations, one or more. */
export type RecognisedExport = Readonly<{
  unit: ExportUnit
  layout: string
  relations: readonly (CanonicalRelation & Readonly<{ sql: string }>)[]
}>

const known = () => layouts.map(({ about }) => about).join('; ')

/**
 * The unit as canonical relations. Throws `unreadable_file` with the reason where it is damaged, or of no known format or layout.
 */
export async function recogniseExport(place: ReadingPlace, unit: ExportUnit): Promise<RecognisedExport> {
  const source = await openSource(place, unit)
  const layout = layouts.find((candidate) => candidate.matches(source))
  if (!layout) {
    const names = [...source.columns.keys()].slice(0, 12).join(', ')
    throw unreadable(`Its columns are of no known layout: ${names}.`, `Readable are: ${known()}.`)
  }
  const relations = layout.read(source).map((relation) => ({ ...relation, sql: toSelect(relation) }))
  return { unit, layout: layout.name, relations }
}
