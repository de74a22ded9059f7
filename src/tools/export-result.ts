import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Statement } from '../engine/engine.ts'
import { type ExportFormat, exportFormats, toCopy } from '../query/copy-statement.ts'
import type { ToolContext } from './tool.ts'

export const exportSchema = z
  .enum(exportFormats)
  .optional()
  .describe('Writes whole results to files, for what is too large to read here')

/** A result that was written to a file. */
export const exportedSchema = z.object({
  uri: z.string().describe('Resource to read it by'),
  path: z.string().optional().describe('The file, on the machine of the server'),
  format: z.enum(exportFormats),
  rows: z.number(),
  bytes: z.number(),
})
export type Exported = z.infer<typeof exportedSchema>

/** Files that are kept; the oldest beyond go. */
const mostFiles = 100

async function tidy(folder: string): Promise<void> {
  const names = await readdir(folder)
  const files = await Promise.all(
    names.map(async (name) => ({
      name,
      mtimeMs: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  )
  const old = files.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(mostFiles)
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })))
}

/** A name that tells the query, and is the same for the same statement over the same data. */
function toName(key: string, { sql, params }: Statement, fingerprint: string, format: ExportFormat): string {
  const slug = key.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60)
  const hash = createHash('sha256')
    .update(JSON.stringify([sql, params.map(String), fingerprint]))
    .digest('hex')
  return `${slug}-${hash.slice(0, 12)}.${format}`
}

/** Writes all rows of a statement into the folder of results, in one step. `fingerprint` stands for the data asked. */
export async function exportResult(
  statement: Statement,
  columns: readonly string[],
  { key, format, fingerprint }: Readonly<{ key: string; format: ExportFormat; fingerprint: string }>,
  { runtime, signal }: ToolContext,
): Promise<Exported> {
  const { resultsDir } = runtime.config
  const name = toName(key, statement, fingerprint, format)
  const path = join(resultsDir, name)
  const unfinished = join(resultsDir, `.${process.pid}-${performance.now()}-${name}`)
  await mkdir(resultsDir, { recursive: true })
  try {
    const [row] = await runtime.engine.run(toCopy(statement, columns, unfinished, format), signal)
    await rename(unfinished, path)
    const { size } = await stat(path)
    await tidy(resultsDir)
    return { uri: `result://${name}`, path, format, rows: Number(row?.['Count'] ?? 0), bytes: size }
  } finally {
    await rm(unfinished, { force: true })
  }
}
