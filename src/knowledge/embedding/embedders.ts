import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { type AdaptReport, adaptModel } from './adapt/adapt-model.ts'
import type { Passage } from './adapt/make-pairs.ts'
import type { Embedder } from './embedder.ts'
import { type ModelSpec, modelFiles, weightFiles } from './model-spec.ts'
import { parseEmbedderName } from './parse-embedder-name.ts'
import { openStaticEmbedder } from './static/static-embedder.ts'
import { openTransformersEmbedder } from './transformers-embedder.ts'

/** Where embedders come from: the model that is set, or a copy of it that has learned a corpus. */
export interface Embedders {
  /** Which model this is, to the byte where its files are at hand. Indices of another are not searched. */
  fingerprint(): Promise<string>
  /** Loads the model, or its copy in a folder that `adapt` wrote. Throws `no_data` with what to do when it can't be loaded. */
  open(adapted?: string): Promise<Embedder>
  /** Writes a copy that has learned the passages to the folder `out`, where that makes it better; says what came of it. */
  adapt(out: string, passages: readonly Passage[]): Promise<AdaptReport>
}

async function hashFolder(spec: ModelSpec, folder: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for (const file of [...modelFiles, join('onnx', weightFiles[spec.weights])])
      hash.update(await readFile(join(folder, file)))
  } catch (error) {
    throw new AppError(
      {
        code: 'no_data',
        message: `The embedding model in ${folder} can not be read.`,
        path: 'PARQUETRY_EMBEDDER',
        actual: folder,
        expected: `config.json, tokenizer.json, tokenizer_config.json and onnx/${weightFiles[spec.weights]}`,
        next: 'Put these files into that folder, name its weights after a # (#fp32), or unset PARQUETRY_EMBEDDER.',
      },
      { cause: error },
    )
  }
  return hash.digest('hex').slice(0, 16)
}

const toName = ({ name, folder, revision, weights }: ModelSpec) =>
  folder === undefined ? `${name}@${revision}#${weights}` : name === 'bundled' ? name : `${name}#${weights}`

/**
 * The embedders of a model by its name (see `parseEmbedderName`, whose errors it throws). `modelsDir` is where those of the
 * hub are kept once they are loaded.
 */
export function createEmbedders(name: string, modelsDir: string): Embedders {
  const spec = parseEmbedderName(name)
  let known: Promise<string> | undefined

  async function readFingerprint(): Promise<string> {
    const { pooling, maxTokens, queryPrefix, passagePrefix } = spec.usage
    const usage = createHash('sha256')
      .update(JSON.stringify([pooling, maxTokens, queryPrefix, passagePrefix]))
      .digest('hex')
      .slice(0, 8)
    const content = spec.folder === undefined ? '' : ` ${await hashFolder(spec, spec.folder)}`
    return `${toName(spec)}${content} ${usage}`
  }

  return {
    fingerprint: () => {
      known ??= readFingerprint().catch((error: unknown) => {
        known = undefined
        throw error
      })
      return known
    },
    open: async (adapted) => {
      const own: ModelSpec = adapted === undefined ? spec : { ...spec, folder: adapted, weights: 'q8' }
      return (await openStaticEmbedder(own)) ?? openTransformersEmbedder(own, modelsDir)
    },
    adapt: async (out, passages) =>
      spec.folder === undefined
        ? { state: 'not static' }
        : adaptModel({ folder: spec.folder, file: weightFiles[spec.weights], out }, passages),
  }
}
