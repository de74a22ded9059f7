import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckDbEngine } from '../../../src/engine/duckdb/create-duckdb-engine.ts'
import type { Row } from '../../../src/engine/engine.ts'
import { findExportUnits } from '../../../src/exports/find-units.ts'
import type { Source } from '../../../src/exports/layouts/layout.ts'
import { openSource } from '../../../src/exports/open-source.ts'

/** A drop folder and a scratch folder, with a database that may read both and nothing else. */
export type FormatWorld = Readonly<{
  exportsDir: string
  scratchDir: string
  /** Writes a file and gives its path below the drop folder; a name that no other file has where none is given. */
  write(content: string | Uint8Array, name?: string): Promise<string>
  /** Writes a file of that content and opens it. */
  open(content: string | Uint8Array, name?: string): Promise<Source>
  /** The rows of a file of that content, as they come. */
  read(content: string | Uint8Array, name?: string): Promise<readonly Row[]>
  /** What is said of a file of that content, which can't be opened. */
  refuse(content: string | Uint8Array, name?: string): Promise<unknown>
  query(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}>

export async function createFormatWorld(): Promise<FormatWorld> {
  const root = await mkdtemp(join(tmpdir(), 'formats-'))
  const exportsDir = join(root, 'exports')
  const scratchDir = join(root, 'scratch')
  await mkdir(exportsDir)
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [exportsDir, scratchDir],
    spillDirectory: join(root, 'spill'),
    memoryLimitMb: 1000,
    timeoutMs: 0,
  })
  const query = (sql: string) => engine.run({ sql, params: [] })
  let files = 0
  const write = async (content: string | Uint8Array, name = `f${++files}`) => {
    await writeFile(join(exportsDir, name), content)
    return name
  }
  const open = async (content: string | Uint8Array, name?: string) => {
    const path = await write(content, name)
    const unit = findExportUnits(exportsDir).find((candidate) => candidate.path === path)
    if (!unit) throw new Error(`no export ${path}`)
    return openSource({ engine, exportsDir, scratchDir }, unit)
  }
  return {
    exportsDir,
    scratchDir,
    write,
    open,
    read: async (content, name) => query(`SELECT * FROM ${(await open(content, name)).from}`),
    refuse: (content, name) =>
      open(content, name).then(
        () => 'it was opened',
        (error: { details?: unknown }) => error.details ?? error,
      ),
    query,
    close: async () => {
      await engine.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
