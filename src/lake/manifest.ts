import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { kinds } from '../exports/canonical.ts'

/**
 * The one file that says what the lake holds. It is replaced atomically; whoever reads it sees one published state,
 * and the data files that it names never change.
 */
const fileIdentity = { path: z.string(), size: z.number(), mtimeMs: z.number(), stamp: z.string() }

const sourceSchema = z.object({
  ...fileIdentity,
  layout: z.string(),
  kind: z.enum(kinds),
  rows: z.number(),
  /** Rows without the ids or the time that a span or log record must have. */
  skippedRows: z.number(),
  /** Its number in the indexes; none is given twice. */
  id: z.number(),
  /** Below the lake: the file that lists its traces. */
  index: z.string().optional(),
  /** For logs: how many records it has of each day. */
  days: z.array(z.object({ day: z.string(), rows: z.number() })),
})

export type Source = Readonly<z.infer<typeof sourceSchema>>

const rejectedSchema = z.object({
  ...fileIdentity,
  reason: z.string(),
  next: z.string(),
  /** The limit that was too low, where more memory would make the file readable. */
  memoryLimitMb: z.number().optional(),
})

export type RejectedFile = Readonly<z.infer<typeof rejectedSchema>>

const attributeSchema = z.object({
  path: z.string(),
  type: z.enum(['string', 'integer', 'double', 'boolean']),
  /** Rows that have it. */
  rows: z.number(),
  /** Whether it is a column of the file, or reachable through its map only. */
  isColumn: z.boolean(),
})

export type FoundAttribute = Readonly<z.infer<typeof attributeSchema>>

const partitionSchema = z.object({
  table: z.string(),
  day: z.string(),
  /** Path below the lake. */
  file: z.string(),
  rows: z.number(),
  bytes: z.number(),
  /** First and last timestamp of its rows, in nanoseconds since the epoch. */
  minNs: z.string(),
  maxNs: z.string(),
  /** Of spans: the last start of a trace, in nanoseconds since the epoch; the first is `minNs`. */
  maxStartNs: z.string().optional(),
  /** Attributes found in the rows beyond the catalog's. */
  attributes: z.array(attributeSchema),
})

export type Partition = Readonly<z.infer<typeof partitionSchema>>

const manifestSchema = z.object({
  format: z.literal(3),
  generation: z.number(),
  /** The id of the source that is read next. */
  nextSource: z.number(),
  publishedAt: z.string(),
  sources: z.array(sourceSchema),
  rejected: z.array(rejectedSchema),
  /** The layouts that were known when files were set aside. */
  recogniser: z.string().default(''),
  partitions: z.array(partitionSchema),
})

export type Manifest = Readonly<z.infer<typeof manifestSchema>>

export const emptyManifest: Manifest = {
  format: 3,
  generation: 0,
  nextSource: 0,
  publishedAt: new Date(0).toISOString(),
  sources: [],
  rejected: [],
  recogniser: '',
  partitions: [],
}

export const manifestName = 'manifest.json'

/** Index files that sources name, each once; paths are below the lake. */
export const listIndexFiles = (sources: readonly Pick<Source, 'index'>[]): readonly string[] => [
  ...new Set(sources.flatMap(({ index }) => index ?? [])),
]

type Reading = Readonly<{ stamp: string; manifest: Manifest }>

/** The last reading of each lake: a manifest of many files takes a while to parse, and is looked at in every call. */
const readings = new Map<string, Reading>()

async function readAnew(path: string, stamp: string): Promise<Reading> {
  const parsed = manifestSchema.safeParse(parseJson(await readFile(path, 'utf8')))
  return { stamp, manifest: parsed.success ? parsed.data : emptyManifest }
}

/**
 * The published state; the empty one where there is none, or where it was written by another version. It is the same
 * object as long as its file is the same.
 */
export async function readManifest(lakeDir: string): Promise<Manifest> {
  const path = join(lakeDir, manifestName)
  try {
    const { ino, mtimeMs, size } = await stat(path)
    const stamp = `${ino} ${mtimeMs} ${size}`
    const earlier = readings.get(lakeDir)
    const reading = earlier?.stamp === stamp ? earlier : await readAnew(path, stamp)
    readings.set(lakeDir, reading)
    return reading.manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyManifest
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Publishes a state: written beside, flushed, then renamed over the old one in one step. */
export async function writeManifest(lakeDir: string, manifest: Manifest): Promise<void> {
  const temporary = join(lakeDir, `${manifestName}.${process.pid}.tmp`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(JSON.stringify(manifest))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(lakeDir, manifestName))
}
