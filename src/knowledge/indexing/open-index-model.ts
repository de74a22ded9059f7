import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Passage } from '../embedding/adapt/make-pairs.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Embedders } from '../embedding/embedders.ts'
import { openChunkTable } from '../store/chunk-table.ts'
import { type CurrentIndex, modelFolder } from '../store/current-index.ts'

/** The model that an index is made with, and the vectors, by hash of their text, that it made before. */
export type IndexModel = Readonly<{
  embedder: Embedder
  vectors: ReadonlyMap<string, Float32Array>
  adaptation: CurrentIndex['adaptation']
}>

/** A model is adapted anew when the text of the corpus has grown or shrunk by more than this share since. */
const mostDrift = 0.2

type Place = Readonly<{
  index: string
  /** The directory under construction, to which an adapted model goes. */
  build: string
  /** The index in force, if it was made with the same model. */
  former: CurrentIndex | undefined
  embedders: Embedders
}>

/** Vectors of the former index by hash; none when it can't be read any more. */
async function readVectors(directory: string): Promise<ReadonlyMap<string, Float32Array>> {
  try {
    const table = await openChunkTable(directory)
    const vectors = await table.readVectors()
    table.close()
    return vectors
  } catch {
    return new Map()
  }
}

const isNear = (now: number, then: number) => Math.abs(now - then) <= then * mostDrift

/** What the former index was made with, where the corpus is much the same: its vectors stay good. */
async function reuse(
  { index, build, former, embedders }: Place,
  characters: number,
): Promise<IndexModel | undefined> {
  if (!former || !isNear(characters, former.adaptation.characters)) return undefined
  const directory = join(index, former.directory)
  const { adaptation } = former
  if (adaptation.state !== 'adapted')
    return { embedder: await embedders.open(), vectors: await readVectors(directory), adaptation }
  if (!existsSync(join(directory, modelFolder))) return undefined
  const model = join(build, modelFolder)
  await cp(join(directory, modelFolder), model, { recursive: true })
  return { embedder: await embedders.open(model), vectors: await readVectors(directory), adaptation }
}

/**
 * Opens the model to make an index of so many characters with: that of the former index, or one that is adapted to the
 * passages. With an adapted model all vectors are new.
 */
export async function openIndexModel(
  place: Place,
  passages: readonly Passage[],
  characters: number,
): Promise<IndexModel> {
  const reused = await reuse(place, characters)
  if (reused) return reused
  const { index, build, former, embedders } = place
  const model = join(build, modelFolder)
  const adaptation = { ...(await embedders.adapt(model, passages)), characters }
  if (adaptation.state === 'adapted')
    return { embedder: await embedders.open(model), vectors: new Map(), adaptation }
  const isSame = former && former.adaptation.state !== 'adapted'
  const vectors = isSame ? await readVectors(join(index, former.directory)) : new Map()
  return { embedder: await embedders.open(), vectors, adaptation }
}
