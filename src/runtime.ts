import { mkdir } from 'node:fs/promises'
import type { Config } from './config/config.ts'
import { createLog, type Log } from './core/log.ts'
import { createDuckDbEngine } from './engine/duckdb/create-duckdb-engine.ts'
import { type Definitions, openDefinitions } from './definitions/open-definitions.ts'
import type { Engine } from './engine/engine.ts'
import { createLazyEngine } from './engine/lazy-engine.ts'
import { createEmbedders } from './knowledge/embedding/embedders.ts'
import { openIndexedKnowledge } from './knowledge/open-indexed-knowledge.ts'
import type { Knowledge } from './knowledge/open-knowledge.ts'
import { type Lake, openLake } from './lake/open-lake.ts'

/** What tools work with. Opened once per process; nothing heavy is loaded before the first call that needs it. */
export type Runtime = Readonly<{
  config: Config
  log: Log
  lake: Lake
  definitions: Definitions
  /** Reads the lake and writes results; no other folder is open to it. */
  engine: Engine
  knowledge: Knowledge
  close(): Promise<void>
}>

export function openRuntime(config: Config): Runtime {
  const log = createLog(config.logLevel)
  const lake = openLake(config, log)
  const engine = createLazyEngine(async () => {
    await Promise.all([config.lakeDir, config.resultsDir].map((folder) => mkdir(folder, { recursive: true })))
    return createDuckDbEngine({
      path: ':memory:',
      allowedDirectories: [config.lakeDir, config.resultsDir],
      spillDirectory: config.lakeDir,
      memoryLimitMb: config.memoryLimitMb,
      timeoutMs: config.queryTimeoutMs,
    })
  })
  const knowledge = openIndexedKnowledge(
    {
      docs: config.docs,
      index: config.knowledgeDir,
      embedders: createEmbedders(config.embedder, config.modelsDir),
    },
    log,
  )
  return {
    config,
    log,
    lake,
    definitions: openDefinitions(config.dataDir),
    engine,
    knowledge,
    close: async () => {
      const outcomes = await Promise.allSettled([
        knowledge.close(),
        lake.close().finally(() => engine.close()),
      ])
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') log.error(`closing: ${outcome.reason}`)
    },
  }
}
