import { basename } from 'node:path/posix'
import { escapeControls } from '../core/clean-text.ts'
import { type CanonicalRelation, toSelect } from './canonical.ts'
import type { CanonicalRows } from './canonical-rows.ts'
import type { ExportUnit } from './find-units.ts'
import type { ReadingPlace } from './formats/format.ts'
import type { Layout, Source } from './layouts/layout.ts'
import { layouts } from './layouts/layouts.ts'
import { readMappedExport, toIdleMapping } from './mapping/read-mapping.ts'
import { unreadable } from './open-export.ts'
import { openSource } from './open-source.ts'

/** Canonical rows of one kind, and how they come about. */
export type RecognisedRelation = CanonicalRelation & CanonicalRows

/** A unit whose layout is known: its canonical relations, one or more. */
export type RecognisedExport = Readonly<{
  unit: ExportUnit
  /** The layout's name; `mapping` where a mapping file says how it is read. */
  layout: string
  /** For a person who wonders what was recognised. */
  about: string
  relations: readonly RecognisedRelation[]
}>

const known = () => layouts.map(({ about }) => about).join('; ')

/** The first layout that a source has; undefined where it has none that is known. */
export const findLayout = (source: Source): Layout | undefined =>
  layouts.find((candidate) => candidate.matches(source))

function getLayout(source: Source): Layout {
  const layout = findLayout(source)
  if (layout) return layout
  const names = [...source.columns.keys()].slice(0, 12).map(escapeControls).join(', ')
  throw unreadable(
    `Its columns are of no known layout: ${names}.`,
    `Readable are: ${known()}. Anything else needs a mapping file; parquetry inspect drafts one.`,
  )
}

function toRecognised({ from, files }: Source, relation: CanonicalRelation): RecognisedRelation {
  const isStraight = files && relation.from === from
  return { ...relation, sql: toSelect(relation), ...(isStraight && { straight: { relation, files } }) }
}

/** An opened unit as canonical relations. Throws `unreadable_file` where neither a mapping nor a layout fits. */
export async function recogniseSource(
  place: ReadingPlace,
  unit: ExportUnit,
  source: Source,
): Promise<RecognisedExport> {
  if (unit.mapping) {
    const relation = await readMappedExport(place, unit.mapping, source)
    const about = `as ${basename(unit.mapping.path)} says`
    return { unit, layout: 'mapping', about, relations: [toRecognised(source, relation)] }
  }
  const { name, about, read } = getLayout(source)
  const relations = read(source).map((relation) => toRecognised(source, relation))
  return { unit, layout: name, about, relations }
}

/**
 * The unit as canonical relations. Throws `unreadable_file` with the reason where it is damaged, or of no known format or
 * layout, or where the mapping file beside it is wrong.
 */
export async function recogniseExport(place: ReadingPlace, unit: ExportUnit): Promise<RecognisedExport> {
  if (unit.mapping && unit.files.length === 0) throw toIdleMapping(unit.mapping)
  return recogniseSource(place, unit, await openSource(place, unit))
}
