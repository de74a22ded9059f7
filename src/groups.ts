import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultGroup, parseGroup } from './auth/principal.ts'
import type { Config } from './config/config.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** The data of each group, apart from that of the others: its exports, lake, documentation index, results and definitions. */
export interface Groups {
  /** Opened at the first call for it, and kept. Throws `invalid_argument` for what is no group's name. */
  get(group: string): Runtime
  /** Groups that are open. */
  list(): readonly Readonly<{ group: string; runtime: Runtime }>[]
  close(): Promise<void>
}

/** Where a group's data lies: the default group in the data folder itself, others below `groups/`. */
const toGroupDir = (dataDir: string, group: string): string =>
  group === defaultGroup ? dataDir : join(dataDir, 'groups', group)

/** The configuration of one group. Its documentation is its own folder `docs`, or else what comes with Parquetry. */
export function toGroupConfig(config: Config, group: string): Config {
  if (group === defaultGroup) return config
  const dataDir = toGroupDir(config.dataDir, parseGroup(group, 'group'))
  const own = join(dataDir, 'docs')
  const folder = existsSync(own) ? own : resolve(import.meta.dirname, '..', 'docs-corpus')
  return Object.freeze({
    ...config,
    dataDir,
    exportsDir: join(dataDir, 'exports'),
    lakeDir: join(dataDir, 'lake'),
    resultsDir: join(dataDir, 'results'),
    knowledgeDir: join(dataDir, 'knowledge'),
    docs: [{ name: 'docs', folder, url: undefined }],
  })
}

export function openGroups(config: Config): Groups {
  const runtimes = new Map<string, Runtime>()
  return {
    get: (group) => {
      const known = runtimes.get(group)
      if (known) return known
      const runtime = openRuntime(toGroupConfig(config, group))
      runtimes.set(group, runtime)
      return runtime
    },
    list: () => [...runtimes].map(([group, runtime]) => ({ group, runtime })),
    close: async () => {
      await Promise.all([...runtimes.values()].map((runtime) => runtime.close()))
    },
  }
}
