import type { Embedders } from '../../src/knowledge/embedding/embedders.ts'
import { createHashingEmbedders } from './hashing-embedders.ts'

/** Hashing embedders, of the same fingerprint, whose model loads and then fails with each text. */
export function createFailingEmbedders(message: string): Embedders {
  const inner = createHashingEmbedders()
  return {
    ...inner,
    open: async (adapted) => ({
      ...(await inner.open(adapted)),
      embed: () => Promise.reject(new Error(message)),
    }),
  }
}
