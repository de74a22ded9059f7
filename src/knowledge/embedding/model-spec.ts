/** Number formats of a model's weights, and the endings that their files have in a folder `onnx/`. */
export const weightFiles = {
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
} as const
export type WeightType = keyof typeof weightFiles

/** The other files of a model's folder. */
export const modelFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const

/** How a model was trained to be asked: which vector of its tokens stands for a text, and what it expects in front. */
export type Usage = Readonly<{
  pooling: 'mean' | 'cls'
  /** Tokens of a text that are read; what is longer is cut. */
  maxTokens: number
  queryPrefix: string
  passagePrefix: string
}>

/** Which model to load, from where, and how to use it. */
export type ModelSpec = Readonly<{
  /** `bundled`, the absolute path of a folder, or `owner/name` on the Hugging Face hub. */
  name: string
  /** The folder that holds it; undefined for a model of the hub. */
  folder: string | undefined
  /** Commit, tag or branch on the hub. */
  revision: string
  weights: WeightType
  usage: Usage
}>

const plain: Usage = { pooling: 'mean', maxTokens: 512, queryPrefix: '', passagePrefix: '' }
const e5: Usage = { ...plain, queryPrefix: 'query: ', passagePrefix: 'passage: ' }
const bge: Usage = {
  ...plain,
  pooling: 'cls',
  queryPrefix: 'Represent this sentence for searching relevant passages: ',
}

/** By the name without its owner, in lower case, the first pattern wins. Sources: the model cards on the hub. */
const usages: readonly (readonly [name: RegExp, usage: Usage])[] = [
  [/^bge-.*-en/, bge],
  [/^bge-/, { ...plain, pooling: 'cls' }],
  [/^(multilingual-)?e5-/, e5],
  [/^all-minilm-/, { ...plain, maxTokens: 256 }],
  [/^(snowflake-)?arctic-embed-.*v2/, { ...plain, pooling: 'cls', queryPrefix: 'query: ' }],
  [/^(snowflake-)?arctic-embed-/, bge],
  [/^mxbai-embed-/, bge],
  [/^gte-(small|base|large)/, plain],
  [/^nomic-embed-text-/, { ...plain, queryPrefix: 'search_query: ', passagePrefix: 'search_document: ' }],
]

/** How a model is used, by its name; the mean of 512 tokens without prefixes where the name is not known. */
export function findUsage(name: string): Usage {
  const own = (name.split(/[/\\]/).at(-1) ?? '').toLowerCase()
  return usages.find(([pattern]) => pattern.test(own))?.[1] ?? plain
}
