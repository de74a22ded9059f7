/** Texts to vectors: the port behind which a hashing function or a trained model stands. */
export interface Embedder {
  /** Model, version and dimensions in one text. Vectors are comparable only under the same fingerprint. */
  readonly fingerprint: string
  readonly dimensions: number
  /**
   * One vector per text, in order, each of length 1. A text without content gives the zero vector, never NaN.
   * `kind` matters for models that were trained with different prefixes for questions and passages.
   */
  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<readonly Float32Array[]>
  close(): Promise<void>
}
