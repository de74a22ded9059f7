import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultGroup, parseGroup } from './auth/principal.ts'
import type { Config } from './config/config.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/** A group in use; to be released once. */
export type GroupLease = Readonly<{ runtime: Runtime; release(): void }>

/** The data of each group, apart from that of the others: its exports, lake, documentation index, results and definitions. */
export interface Groups {
  /**
   * Takes a group into use. It is opened at its first use, and closed when nobody has used it for a while, since each open group
   * may take as much memory as is allowed. Throws `invalid_argument` for what is no group's name.
   */
  lease(group: string): GroupLease
  /** Names of the groups that are open. */
  list(): readonly string[]
  close(): Promise<void>
}

/** How long an unused group stays open, in ms. */
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

type OpenGroup = { runtime: Runtime; leases: number; timer?: NodeJS.Timeout }

export function openGroups(config: Config, closeAfterMs = idleMs): Groups {
  const open = new Map<string, OpenGroup>()
  const closing = new Set<Promise<void>>()
  const find = (group: string): OpenGroup => {
    const known = open.get(group)
    if (known) return known
    const opened = { runtime: openRuntime(toGroupConfig(config, group)), leases: 0 }
    open.set(group, opened)
    return opened
  }
  const shut = (group: string, { runtime }: OpenGroup) => {
    open.delete(group)
    const closed = runtime.close().finally(() => closing.delete(closed))
    closing.add(closed)
  }
  return {
    lease: (group) => {
      const found = find(group)
      clearTimeout(found.timer)
      found.leases += 1
      let isReleased = false
      return {
        runtime: found.runtime,
        release: () => {
          if (isReleased) return
          isReleased = true
          found.leases -= 1
          if (found.leases === 0) found.timer = setTimeout(shut, closeAfterMs, group, found).unref()
        },
      }
    },
    list: () => [...open.keys()],
    close: async () => {
      for (const [group, opened] of open) {
        clearTimeout(opened.timer)
        shut(group, opened)
      }
      await Promise.all(closing)
    },
  }
}
