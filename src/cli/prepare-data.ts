import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createLog } from '../core/log.ts'
import { findExportFiles } from '../exports/find-files.ts'
import { indexApart } from '../knowledge/indexing/index-apart.ts'
import { readManifest } from '../lake/manifest.ts'
import { syncApart } from '../lake/sync/sync-apart.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatFiles, formatMs } from './terminal.ts'
import { writeSamples } from './write-samples.ts'

/** Nothing but the end of this process stops it. */
const { signal } = new AbortController()

const sample = { journeys: 8_000, days: 31, start: '2026-05-01T00:00:00Z', seed: 1 }

/** Where sample exports lie. */
export const sampleFolder = ({ exportsDir }: CommandContext['config']) => join(exportsDir, 'sample')

async function prepareExports({ config, terminal }: CommandContext, isNew: boolean): Promise<void> {
  const files = findExportFiles(config.exportsDir)
  if (files.length > 0 || !isNew) {
    terminal.line(`Exports: ${formatFiles(files.length)} in ${config.exportsDir}`)
    return
  }
  const unfinished = join(config.exportsDir, '.sample')
  const summary = await terminal.during((progress) =>
    writeSamples(config, { out: unfinished, ...sample }, progress),
  )
  await rename(unfinished, sampleFolder(config))
  terminal.line(
    `Exports: none found, so sample data was made: ${formatCount(summary.journeys)} journeys of an invented contact centre, ${formatCount(summary.spans)} spans, May 2026`,
  )
}

async function prepareLake({ config, terminal }: CommandContext): Promise<void> {
  const started = performance.now()
  await terminal.during((progress) =>
    syncApart(config, { log: createLog(config.logLevel), progress, signal }),
  )
  const { partitions, sources } = await readManifest(config.lakeDir)
  const rows = partitions.filter(({ table }) => table === 'spans').reduce((sum, part) => sum + part.rows, 0)
  terminal.line(
    `Lake:    ${formatCount(rows)} spans from ${formatFiles(sources.length)}, ${formatMs(performance.now() - started)}`,
  )
}

/** Whether nothing was ever imported here. Where something was, exports may be missing because a disk is. */
export const isNewLake = async (lakeDir: string): Promise<boolean> =>
  (await readManifest(lakeDir)).generation === 0

/**
 * Indexes the documentation and imports the exports, made up where there are none and `isNew` says that there never were, and
 * says so. Both happen in processes of their own, so that a server that goes on begins small. A failed import may be left to
 * `onFailedImport`: what was imported before can still be asked.
 */
export async function prepareData(
  context: CommandContext,
  isNew: boolean,
  onFailedImport?: (error: unknown) => void,
): Promise<void> {
  const { config, terminal } = context
  const { docs, knowledgeDir, embedder, modelsDir } = config
  const indexed = await terminal.during((progress) =>
    indexApart(
      { docs, index: knowledgeDir, embedder, modelsDir },
      { log: createLog(config.logLevel), progress, signal },
    ),
  )
  terminal.line(`Docs:    ${indexed.files} pages, ${indexed.chunks} passages indexed`)
  await prepareExports(context, isNew)
  await prepareLake(context).catch((error: unknown) => {
    if (!onFailedImport) throw error
    onFailedImport(error)
  })
}
