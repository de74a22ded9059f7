/** Texts to vectors: the port behind which a model stands. Vectors are comparable only with those of the same model. */
export interface Embedder {
  readonly dimensions: number
  /**
   * One vector per text, in order, each of length 1. A text without content gives the zero vector, never NaN.
   * `kind` matters for models that were trained with different prefixes for questions and passages.
   */
  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<readonly Float32Array[]>
  /** Whether a word, in lower case, is one that the model learned whole: a sign that it is spelt well. */
  isWord?(word: string): boolean
  /**
   * For models whose tokens have vectors of their own: gives a function that says how near each token of the question is to
   * the nearest token of a text, rare tokens counting more, in [0, 1].
   */
  compare?(question: string): (text: string) => number
  close(): Promise<void>
}
