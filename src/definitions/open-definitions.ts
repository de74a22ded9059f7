import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { bundledRules, type InsightRule } from '../catalog/insight-rules.ts'
import type { Measure } from '../catalog/measure.ts'

/** What the owner of the data has defined, on top of what comes with Parquetry. Files are read again when they change. */
export interface Definitions {
  /** Throws `unreadable_file` with line and column where the owner's file is wrong. */
  measures(): Promise<readonly Measure[]>
  /** The same. */
  rules(): Promise<readonly InsightRule[]>
}

const bundledMeasures = resolve(import.meta.dirname, '../../definitions/measures.yaml')

/** A file's content, parsed once for each state of it; `absent` where there is none. */
function createReader<T>(
  path: string,
  parse: (name: string, text: string) => Promise<T>,
  absent: T,
): () => Promise<T> {
  let known: Readonly<{ stamp: string; read: Promise<T> }> | undefined
  return async () => {
    const state = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    if (!state) return absent
    const stamp = `${state.ino} ${state.ctimeMs} ${state.size}`
    if (known?.stamp !== stamp)
      known = { stamp, read: readFile(path, 'utf8').then((text) => parse(basename(path), text)) }
    return known.read
  }
}

/** The parsers are loaded where there is something to parse. */
const parseMeasures = async (name: string, text: string) =>
  (await import('./parse-measures.ts')).parseMeasures(name, text)
const parseRules = async (name: string, text: string) =>
  (await import('./parse-rules.ts')).parseRules(name, text)

const byName = <T>(entries: readonly T[], toName: (entry: T) => string) =>
  new Map(entries.map((entry) => [toName(entry), entry]))

/** Opens `measures.yaml` and `insight-rules.yaml` of a folder. Nothing is read before it is asked for. */
export function openDefinitions(folder: string): Definitions {
  const readBundled = createReader(bundledMeasures, parseMeasures, [])
  const readMeasures = createReader(resolve(folder, 'measures.yaml'), parseMeasures, [])
  const readRules = createReader(
    resolve(folder, 'insight-rules.yaml'),
    parseRules,
    new Map<string, InsightRule | false>(),
  )
  return {
    measures: async () => {
      const [bundled, own] = await Promise.all([readBundled(), readMeasures()])
      return [...byName([...bundled, ...own], ({ name }) => name).values()]
    },
    rules: async () => {
      const own = await readRules()
      const all = new Map([
        ...byName<InsightRule | false>(bundledRules, (rule) => (rule ? rule.tag : '')),
        ...own,
      ])
      return [...all.values()].filter((rule) => rule !== false)
    },
  }
}
