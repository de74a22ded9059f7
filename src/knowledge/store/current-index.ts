import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const fileSchema = z.object({
  size: z.int(),
  /** Last change of its text, which may be set at will, and of anything of it, which may not. */
  changedAt: z.string(),
  touchedAt: z.string(),
})

const currentIndexSchema = z.object({
  /** Name of the directory that readers open, beside this file. */
  directory: z.string().regex(/^index-[\w-]+$/),
  /** The one before it, which a reader may still hold. */
  previous: z.string().nullable(),
  /** Fingerprint of the embedding model that is set. */
  embedder: z.string(),
  /** What came of adapting it to the corpus, and how much text that had. */
  adaptation: z.object({
    state: z.enum(['adapted', 'no gain', 'too small', 'not static']),
    before: z.number().optional(),
    after: z.number().optional(),
    characters: z.int(),
  }),
  dimensions: z.int(),
  /** Evidence from which on an answer counts as one, and below which there is none. */
  limits: z.object({ yesFrom: z.number(), noBelow: z.number() }),
  chunker: z.int(),
  chunks: z.int(),
  /** Bytes of the directory, a cheap sign that nothing of it was lost. */
  bytes: z.int(),
  indexedAt: z.string(),
  /** Each indexed file by its name: the SHA-256 of its bytes, and what tells that it is still the same. */
  files: z.record(z.string(), fileSchema.extend({ hash: z.string() })),
  /** What was left out, with its state where it has one. */
  skipped: z.array(fileSchema.partial().extend({ file: z.string(), reason: z.string() })),
  /** Those of `files` that gave no chunks because the parser failed. */
  unparsed: z.array(z.object({ file: z.string(), reason: z.string() })),
})

/** What tells whether a file is still the same, without reading it. */
export type FileState = Readonly<z.infer<typeof fileSchema>>

/** What is known of an indexed file. */
export type IndexedFile = CurrentIndex['files'][string]

/** What is known of a file that was left out. */
export type UnindexedFile = CurrentIndex['skipped'][number]

/** Which index is in force, what it was built from and by what. */
export type CurrentIndex = Readonly<z.infer<typeof currentIndexSchema>>

export const currentIndexFile = 'current.json'

/** The adapted model's folder in an index directory, where the index has one. */
export const modelFolder = 'model'

const currentIndexTextSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(currentIndexSchema)

/** What is in force below the index folder; undefined when nothing is, or when the file doesn't have this form. */
export async function findCurrentIndex(index: string): Promise<CurrentIndex | undefined> {
  const text = await readFile(join(index, currentIndexFile), 'utf8').catch(() => undefined)
  return currentIndexTextSchema.safeParse(text).data
}
