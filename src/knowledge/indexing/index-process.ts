/** Indexes once, as `index-apart.ts` asks. */
import { answerApart } from '../../core/apart/answer-process.ts'
import type { IndexRequest } from './index-apart.ts'
import type { IndexSummary } from './index-docs.ts'

// Whatever it is at, the index in force is not harmed.
process.once('disconnect', () => process.exit())
answerApart<IndexRequest, IndexSummary>(async () => {
  const [{ indexDocs }, { createEmbedders }, { chunkerVersion }] = await Promise.all([
    import('./index-docs.ts'),
    import('../embedding/embedders.ts'),
    import('../markdown/chunker-version.ts'),
  ])
  return {
    version: String(chunkerVersion),
    run: ({ docs, index, embedder, modelsDir }, { progress }) =>
      indexDocs({ docs, index, embedders: createEmbedders(embedder, modelsDir) }, progress),
  }
})
