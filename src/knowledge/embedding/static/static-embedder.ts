import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stemWord } from '../../stem-words.ts'
import type { Embedder } from '../embedder.ts'
import { type ModelSpec, weightFiles } from '../model-spec.ts'
import { toUnit } from '../vectors.ts'
import { compareTokens, createUnitVectors } from './compare-tokens.ts'
import { readStaticModel, type TokenTable } from './onnx-table.ts'
import { openTokenise, type Tokenise } from './open-tokenise.ts'

/** The mean of a text's token vectors, of length 1; zeros without tokens. */
export function embedTokens(
  { bytes, scales, dimensions: d }: TokenTable,
  ids: readonly number[],
): Float32Array {
  const vector = new Float32Array(d)
  for (const id of ids) {
    const factor = scales[id] ?? 0
    const from = id * d
    for (let k = 0; k < d; k++) vector[k] = (vector[k] as number) + factor * (bytes[from + k] as number)
  }
  return toUnit(vector)
}

export type StaticModel = Readonly<{ table: TokenTable; tokenise: Tokenise }>

/** Reads a static model of our own form from its folder; undefined for any other. */
export async function openStaticModel(folder: string, file: string): Promise<StaticModel | undefined> {
  const table = readStaticModel(await readFile(join(folder, 'onnx', file)))
  return table && { table, tokenise: await openTokenise(folder) }
}

/**
 * A static model without a runtime: the sum of its tokens' vectors is so little work that a runtime spends several times as
 * long handing over its input. The vectors are those of transformers.js. Undefined for any other model.
 */
export async function openStaticEmbedder({
  folder,
  weights,
  usage,
}: ModelSpec): Promise<Embedder | undefined> {
  const model = folder === undefined ? undefined : await openStaticModel(folder, weightFiles[weights])
  if (!model) return undefined
  const { table, tokenise } = model
  const toUnitVector = createUnitVectors(table)
  const prefixes = { query: usage.queryPrefix, passage: usage.passagePrefix }
  return {
    dimensions: table.dimensions,
    embed: async (texts, kind) => {
      const prefix = tokenise(prefixes[kind])
      return texts.map((text) => {
        const ids = tokenise(text)
        return embedTokens(table, ids.length > 0 ? [...prefix, ...ids].slice(0, usage.maxTokens) : [])
      })
    },
    isWord: (word) => tokenise(word).length === 1 || tokenise(stemWord(word)).length === 1,
    compare: (question) => compareTokens(table, tokenise, toUnitVector, question),
    close: async () => {},
  }
}
