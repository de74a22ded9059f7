/** Indexes once, as `index-apart.ts` asks, and ends; ends as well when who asked is gone. */
import { AppError } from '../../core/errors.ts'
import { noProgress } from '../../core/progress.ts'
import { createEmbedders } from '../embedding/embedders.ts'
import type { IndexReply, IndexRequest } from './index-apart.ts'
import { indexDocs } from './index-docs.ts'

const toReply = (error: unknown): IndexReply => ({
  ...(error instanceof AppError && { details: error.details }),
  reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
})

// What stops the server is sent to all of its processes: a call under way may still wait for this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.once('disconnect', () => process.exit())
process.once('message', async ({ docs, index, embedder, modelsDir }: IndexRequest) => {
  const embedders = createEmbedders(embedder, modelsDir)
  const reply: IndexReply = await indexDocs({ docs, index, embedders }, noProgress).then(
    (summary) => ({ summary }),
    toReply,
  )
  process.send?.(reply, () => process.exit())
})
