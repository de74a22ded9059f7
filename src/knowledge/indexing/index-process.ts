/** Indexes once, as `index-apart.ts` asks. */
import { answerApart } from '../../core/apart/apart-process.ts'
import { noProgress } from '../../core/progress.ts'
import { createEmbedders } from '../embedding/embedders.ts'
import type { IndexRequest } from './index-apart.ts'
import { indexDocs } from './index-docs.ts'

// Whatever it is at, the index in force is not harmed.
process.once('disconnect', () => process.exit())
answerApart(({ docs, index, embedder, modelsDir }: IndexRequest) =>
  indexDocs({ docs, index, embedders: createEmbedders(embedder, modelsDir) }, noProgress),
)
