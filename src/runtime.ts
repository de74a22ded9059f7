import { mkdir } from 'node:fs/promises'
import type { Config } from './config/config.ts'
import { createLog, type Log } from './core/log.ts'
import { noProgress } from './core/progress.ts'
import { type Definitions, openDefinitions } from './definitions/open-definitions.ts'
import type { Engine } from './engine/engine.ts'
import { createLazyEngine } from './engine/lazy-engine.ts'
import type { Knowledge } from './knowledge/open-knowledge.ts'
import type { Lake } from './lake/open-lake.ts'

/**
 * What tools work with. Opened once per process; nothing heavy is loaded before the first call that needs it, not even the code
 * of the lake and of the documentation: a client that starts a server waits for its list of tools.
 */
export type Runtime = Readonly<{
  config: Config
  log: Log
  lake: Lake
  definitions: Definitions
  /** Reads the lake and writes results; no other folder is open to it. */
  engine: Engine
  knowledge: Knowledge
  /** Gives back the memory that no call needs now; to be called after a while without any. */
  rest(): void
  close(): Promise<void>
}>

/** Opens at the first call; what was never opened needs no closing. */
function openLater<T extends Readonly<{ close(): Promise<void> }>>(open: () => Promise<T>) {
  let opened: Promise<T> | undefined
  return {
    get: () => {
      opened ??= open()
      return opened
    },
    close: async () => {
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}

/** States of the lake that one engine reads. */
const statesOfAnEngine = 32

/** `onOld` is called when an engine has read so many states of the lake that most of what it keeps is of files that are gone. */
function openLakeLater(config: Config, log: Log, onOld: () => void): Lake {
  const later = openLater(async () => (await import('./lake/open-lake.ts')).openLake(config, log))
  let since: number | undefined
  const snapshot = async () => {
    const found = await (await later.get()).snapshot()
    const { generation } = found.manifest
    since ??= generation
    // A lake that was deleted begins anew.
    if (generation < since || generation - since >= statesOfAnEngine) {
      since = generation
      onOld()
    }
    return found
  }
  return { snapshot, close: later.close }
}

function openKnowledgeLater({ docs, knowledgeDir, embedder, modelsDir }: Config, log: Log): Knowledge {
  const later = openLater(async () => {
    const [{ openIndexedKnowledge }, { indexApart }, { createEmbedders }] = await Promise.all([
      import('./knowledge/open-indexed-knowledge.ts'),
      import('./knowledge/indexing/index-apart.ts'),
      import('./knowledge/embedding/embedders.ts'),
    ])
    const embedders = createEmbedders(embedder, modelsDir)
    return openIndexedKnowledge({ docs, index: knowledgeDir, embedders }, log, (signal) =>
      indexApart({ docs, index: knowledgeDir, embedder, modelsDir }, { log, progress: noProgress, signal }),
    )
  })
  return {
    search: async (question, limit, path) => (await later.get()).search(question, limit, path),
    describe: async () => (await later.get()).describe(),
    listPages: async () => (await later.get()).listPages(),
    readPage: async (file) => (await later.get()).readPage(file),
    close: later.close,
  }
}

export function openRuntime(config: Config): Runtime {
  const log = createLog(config.logLevel)
  const engine = createLazyEngine(async () => {
    const folders = [config.lakeDir, config.resultsDir]
    await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
    const { createDuckDbEngine } = await import('./engine/duckdb/create-duckdb-engine.ts')
    return createDuckDbEngine({
      path: ':memory:',
      allowedDirectories: folders,
      spillDirectory: config.lakeDir,
      memoryLimitMb: config.memoryLimitMb,
      timeoutMs: config.queryTimeoutMs,
    })
  })
  const lake = openLakeLater(config, log, engine.renew)
  const knowledge = openKnowledgeLater(config, log)
  return {
    config,
    log,
    lake,
    definitions: openDefinitions(config.dataDir),
    engine,
    knowledge,
    rest: engine.renew,
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
