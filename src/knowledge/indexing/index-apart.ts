import { extname } from 'node:path'
import { type ApartOptions, runApart } from '../../core/apart/run-apart.ts'
import type { Corpus } from '../corpora.ts'
import { chunkerVersion } from '../markdown/chunker-version.ts'
import type { IndexSummary } from './index-docs.ts'

/** Documentation, where its index lies, and which model by its name makes the vectors. */
export type IndexRequest = Readonly<{
  docs: readonly Corpus[]
  index: string
  embedder: string
  modelsDir: string
}>

const script = {
  url: new URL(`./index-process${extname(import.meta.url)}`, import.meta.url),
  version: String(chunkerVersion),
}

/** Indexes in a process of its own. Stopped, it leaves the index in force as it was. Throws what `indexDocs` throws. */
export const indexApart = (request: IndexRequest, options: ApartOptions): Promise<IndexSummary> =>
  runApart(script, request, options)
