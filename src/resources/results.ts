import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { AppError } from '../core/errors.ts'
import { matchTyped, type ResourceKind } from './resource.ts'

const types: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.parquet': 'application/vnd.apache.parquet',
}

/** Larger files are no messages any more. */
const mostBytes = 10_000_000

const isResult = (name: string) => /^[A-Za-z0-9_-]+\.(csv|parquet)$/.test(name)

const listResults = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter(isResult).sort()

const missing = (name: string) =>
  new AppError({
    code: 'not_found',
    message: `There is no result "${name.slice(0, 120)}".`,
    path: 'name',
    actual: name.slice(0, 120),
    next: 'Call traces_query with export again; the oldest of many results are removed.',
  })

/** Throws `not_found`, also for a name that leads out of the folder. */
async function findFile(folder: string, name: string): Promise<Readonly<{ path: string; size: number }>> {
  if (!isResult(name)) throw missing(name)
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))]).catch(() => [])
  if (!root || !path?.startsWith(root + sep)) throw missing(name)
  const state = await stat(path)
  if (!state.isFile()) throw missing(name)
  return { path, size: state.size }
}

/** A result that `traces_query` has written to a file. */
export const results: ResourceKind = {
  template: 'result://{name}',
  variable: 'name',
  name: 'result',
  title: 'Exported result',
  description: 'A result that traces_query has written with export: CSV as text, Parquet as bytes',
  mimeType: 'text/csv',
  list: async ({ runtime }) =>
    (await listResults(runtime.config.resultsDir)).map((name) => ({
      uri: `result://${name}`,
      name,
      mimeType: types[extname(name)] ?? 'text/csv',
    })),
  complete: async (typed, { runtime }) => matchTyped(await listResults(runtime.config.resultsDir), typed),
  read: async (name, { runtime }) => {
    const { path, size } = await findFile(runtime.config.resultsDir, name)
    if (size > mostBytes)
      throw new AppError({
        code: 'too_large',
        message: `${name} has ${size} bytes; at most ${mostBytes} are sent.`,
        path: 'name',
        actual: name,
        next: 'Open the file itself, on the machine of the server, or export fewer rows.',
      })
    const bytes = await readFile(path)
    const mimeType = types[extname(name)] ?? 'text/csv'
    return mimeType === 'text/csv'
      ? { mimeType, text: bytes.toString('utf8') }
      : { mimeType, blob: bytes.toString('base64') }
  },
}
