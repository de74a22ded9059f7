import { resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { LogLevel } from '../core/log.ts'
import { parseZone } from '../core/zone.ts'
import { type DocsFolder, parseDocs } from './parse-docs.ts'
import { wholeNumber } from './whole-number.ts'

/** Everything that can be set, with absolute paths. */
export type Config = Readonly<{
  /** Holds the folders below, but for that of the documentation. */
  dataDir: string
  /** The drop folder; never written to. */
  exportsDir: string
  /** The derived store; may be deleted at any time. */
  lakeDir: string
  /** Results that were written to files; may be emptied at any time. */
  resultsDir: string
  /** The documentation index; may be deleted at any time. */
  knowledgeDir: string
  /** The folders with Markdown documentation, and what stands in front of links into them. */
  docs: readonly DocsFolder[]
  /** Embedding models that were loaded from a hub. */
  modelsDir: string
  /** Names the model that turns texts into vectors. */
  embedder: string
  /** Memory limit of each database instance in MB. */
  memoryLimitMb: number
  /** Longest time of one query in ms. */
  queryTimeoutMs: number
  /** Longest wait of a call for an import in progress in ms. */
  importWaitMs: number
  /** IANA time zone of calls that name none. */
  timezone: string
  logLevel: LogLevel
}>

/** Flags of the command line that override the environment. */
export type ConfigFlags = Readonly<{ data?: string | undefined; docs?: string | undefined }>

const path = z.string().trim().min(1, 'is empty').max(4096, 'is too long')
const environmentSchema = z.object({
  PARQUETRY_DATA: path.default('./data'),
  PARQUETRY_DOCS: path.optional(),
  PARQUETRY_DOCS_URL: z.string().trim().max(4096, 'is too long').optional(),
  PARQUETRY_EMBEDDER: path.default('bundled'),
  PARQUETRY_MEMORY_MB: wholeNumber(256, 1_048_576, 2048),
  PARQUETRY_QUERY_TIMEOUT_MS: wholeNumber(100, 600_000, 30_000),
  PARQUETRY_IMPORT_WAIT_MS: wholeNumber(0, 600_000, 4_000),
  PARQUETRY_TIMEZONE: z.string().trim().max(100, 'is too long').default('UTC'),
  PARQUETRY_LOG: z.enum(['error', 'warn', 'info', 'debug']).default('warn'),
})

type Environment = z.infer<typeof environmentSchema>

function parseEnvironment(values: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = environmentSchema.safeParse(values)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = String(issue?.path[0])
  throw new AppError({
    code: 'invalid_argument',
    message: `${name} is not usable: ${issue?.message}.`,
    path: name,
    actual: values[name],
    next: `Correct ${name}, or unset it to use the default.`,
  })
}

/** The configuration of this process: flags first, then the environment, then defaults. Throws `invalid_argument`. */
export function parseConfig(
  flags: ConfigFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const values = parseEnvironment({
    ...environment,
    ...(flags.data !== undefined && { PARQUETRY_DATA: flags.data }),
    ...(flags.docs !== undefined && { PARQUETRY_DOCS: flags.docs }),
  })
  const data = resolve(values.PARQUETRY_DATA)
  return Object.freeze({
    dataDir: data,
    exportsDir: resolve(data, 'exports'),
    lakeDir: resolve(data, 'lake'),
    resultsDir: resolve(data, 'results'),
    knowledgeDir: resolve(data, 'knowledge'),
    docs: parseDocs(values.PARQUETRY_DOCS, values.PARQUETRY_DOCS_URL),
    modelsDir: resolve(data, 'models'),
    embedder: values.PARQUETRY_EMBEDDER,
    memoryLimitMb: values.PARQUETRY_MEMORY_MB,
    queryTimeoutMs: values.PARQUETRY_QUERY_TIMEOUT_MS,
    importWaitMs: values.PARQUETRY_IMPORT_WAIT_MS,
    timezone: parseZone(values.PARQUETRY_TIMEZONE, 'PARQUETRY_TIMEZONE'),
    logLevel: values.PARQUETRY_LOG,
  })
}
