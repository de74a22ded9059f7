import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writeSamples } from '../../src/cli/write-samples.ts'
import { parseConfig } from '../../src/config/config.ts'
import { createLog } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { syncLake } from '../../src/lake/sync/sync-lake.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A data folder with sample exports, a lake and a documentation index; not to be written to. */
    sampleData: string
  }
}

/** Makes one sample world for all tests that only read it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const data = await mkdtemp(join(tmpdir(), 'parquetry-sample-'))
  const config = parseConfig({ data, docs: resolve('docs-corpus') }, {})
  await mkdir(config.exportsDir, { recursive: true })
  await writeSamples(
    config,
    { out: config.exportsDir, journeys: 2_000, days: 31, start: '2026-05-01T00:00:00Z', seed: 1 },
    noProgress,
  )
  await syncLake(config, { log: createLog('error'), progress: noProgress })
  await indexDocs(
    {
      docs: config.docs,
      index: config.knowledgeDir,
      embedders: createEmbedders(config.embedder, config.modelsDir),
    },
    noProgress,
  )
  project.provide('sampleData', data)
  return () => rm(data, { recursive: true, force: true })
}
