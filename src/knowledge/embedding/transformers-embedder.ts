import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers'
import { AppError } from '../../core/errors.ts'
import type { Embedder } from './embedder.ts'
import type { ModelSpec } from './model-spec.ts'
import { toUnit } from './vectors.ts'

/** transformers.js, loaded at its first use; its warnings are no news to a user. */
async function loadTransformers(modelsDir: string) {
  const library = await import('@huggingface/transformers')
  library.env.logLevel = library.LogLevel.ERROR
  library.env.cacheDir = modelsDir
  return library
}

const notLoaded = ({ name, folder, revision }: ModelSpec, cause: unknown) =>
  new AppError(
    {
      code: 'no_data',
      message: `The embedding model ${name} can not be loaded: ${cause instanceof Error ? cause.message : cause}`,
      path: 'PARQUETRY_EMBEDDER',
      actual: folder ?? `${name}@${revision}`,
      next: folder
        ? 'Put config.json, tokenizer.json, tokenizer_config.json and onnx/*.onnx into that folder, or unset PARQUETRY_EMBEDDER.'
        : 'Check the name and that this machine reaches the hub; a model that was loaded once needs no network. Or unset PARQUETRY_EMBEDDER.',
    },
    { cause },
  )

/** Texts that one run of the model takes, and the characters that they may have when padded to the longest. */
const largestBatch = 16
const largestArea = 16_384

/** Cuts texts, longest first, into batches of similar length: each is padded to its longest. Gives positions in `texts`. */
export function toBatches(texts: readonly string[]): readonly (readonly number[])[] {
  const order = texts.map((_, i) => i).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b)
  const lengthAt = (i: number | undefined) => lengthOf(i ?? 0)
  function lengthOf(i: number) {
    return texts[i]?.length ?? 0
  }
  const batches: number[][] = []
  for (const i of order) {
    const last = batches.at(-1)
    const isFull =
      !last ||
      last.length === largestBatch ||
      (last.length + 1) * Math.max(lengthAt(last[0]), 1) > largestArea
    if (isFull) batches.push([i])
    else last.push(i)
  }
  return batches
}

const hasContent = (text: string) => /[\p{L}\p{N}\p{S}\p{P}]/u.test(text)

/** Loads a model with transformers.js. Throws `no_data` with what to do when it can't be loaded. */
export async function openTransformersEmbedder(spec: ModelSpec, modelsDir: string): Promise<Embedder> {
  const library = await loadTransformers(modelsDir)
  const place = spec.folder ?? spec.name
  const source = { revision: spec.revision || 'main', local_files_only: spec.folder !== undefined }
  let tokenizer: PreTrainedTokenizer
  let model: PreTrainedModel
  try {
    tokenizer = await library.AutoTokenizer.from_pretrained(place, source)
    model = await library.AutoModel.from_pretrained(place, { ...source, dtype: spec.weights, device: 'cpu' })
  } catch (error) {
    throw notLoaded(spec, error)
  }
  const { pooling, maxTokens, queryPrefix, passagePrefix } = spec.usage
  const dimensions = Number((model.config as { hidden_size?: unknown }).hidden_size)

  async function run(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const inputs = tokenizer([...texts], { padding: true, truncation: true, max_length: maxTokens })
    const outputs: Record<string, Tensor> = await model(inputs)
    const tokens = outputs['last_hidden_state'] ?? outputs['token_embeddings']
    const pooled =
      outputs['sentence_embedding'] ??
      (pooling === 'cls'
        ? tokens?.slice(null, 0)
        : tokens && library.mean_pooling(tokens, inputs.attention_mask))
    if (!pooled) throw new Error('the model gives no vectors of tokens or sentences')
    const values = pooled.data as Float32Array
    return texts.map((_, i) => toUnit(values.slice(i * dimensions, (i + 1) * dimensions)))
  }

  return {
    dimensions,
    embed: async (texts, kind) => {
      const prefix = kind === 'query' ? queryPrefix : passagePrefix
      const vectors: Float32Array[] = texts.map(() => new Float32Array(dimensions))
      const filled = texts.flatMap((text, i) => (hasContent(text) ? [i] : []))
      for (const batch of toBatches(filled.map((i) => texts[i] ?? ''))) {
        const places = batch.map((k) => filled[k] ?? 0)
        const found = await run(places.map((i) => prefix + (texts[i] ?? '')))
        for (const [k, i] of places.entries()) vectors[i] = found[k] ?? new Float32Array(dimensions)
      }
      return vectors
    },
    close: async () => {
      await model.dispose()
    },
  }
}
