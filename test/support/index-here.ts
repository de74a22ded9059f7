import { noProgress } from '../../src/core/progress.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import type { Indexer } from '../../src/knowledge/open-indexed-knowledge.ts'
import type { KnowledgeOptions } from '../../src/knowledge/open-knowledge.ts'

/** Indexes in this process, with whatever embedders a test has. */
export const indexHere =
  (options: KnowledgeOptions): Indexer =>
  () =>
    indexDocs(options, noProgress)
