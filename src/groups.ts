import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultGroup, parseGroup } from './auth/principal.ts'
import type { Config } from './config/config.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** The data of each group, apart from that of the others: its exports, lake, documentation index, results and definitions. */
export interface Groups {
  /** For one use. Opened at the first, and kept. Throws `invalid_argument` for what is no group's name. */
  get(group: string): Runtime
  /** Groups that are open. To look at them is no use. */
  list(): readonly Readonly<{ group: string; runtime: Runtime }>[]
  close(): Promise<void>
}

/** Each group may take as much memory as is allowed; one that nobody has used for so long, in ms, gives it back. */
const idleMs = 10 * 60_000

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

type OpenGroup = { readonly runtime: Runtime; timer?: NodeJS.Timeout }

export function openGroups(config: Config, restAfterMs = idleMs): Groups {
  const open = new Map<string, OpenGroup>()
  const find = (group: string): OpenGroup => {
    const known = open.get(group)
    if (known) return known
    const opened: OpenGroup = { runtime: openRuntime(toGroupConfig(config, group)) }
    open.set(group, opened)
    return opened
  }
  return {
    get: (group) => {
      const found = find(group)
      clearTimeout(found.timer)
      found.timer = setTimeout(() => found.runtime.rest(), restAfterMs).unref()
      return found.runtime
    },
    list: () => [...open].map(([group, { runtime }]) => ({ group, runtime })),
    close: async () => {
      await Promise.all(
        [...open.values()].map(({ runtime, timer }) => {
          clearTimeout(timer)
          return runtime.close()
        }),
      )
    },
  }
}
