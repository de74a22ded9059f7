import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createLog } from '../core/log.ts'
import { findExportFiles } from '../exports/find-files.ts'
import { createEmbedders } from '../knowledge/embedding/embedders.ts'
import { indexDocs } from '../knowledge/indexing/index-docs.ts'
import { syncLake } from '../lake/sync/sync-lake.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatFiles, formatMs } from './terminal.ts'
import { writeSamples } from './write-samples.ts'

const sample = { journeys: 8_000, days: 31, start: '2026-05-01T00:00:00Z', seed: 1 }

/** Where sample exports lie. */
export const sampleFolder = ({ exportsDir }: CommandContext['config']) => join(exportsDir, 'sample')

async function prepareExports({ config, terminal }: CommandContext): Promise<void> {
  const files = findExportFiles(config.exportsDir)
  if (files.length > 0) {
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

/** Indexes the documentation and imports the exports, made up where there are none, and says so. */
export async function prepareData(context: CommandContext): Promise<void> {
  const { config, terminal } = context
  const docs = await terminal.during((progress) =>
    indexDocs(
      {
        docs: config.docs,
        index: config.knowledgeDir,
        embedders: createEmbedders(config.embedder, config.modelsDir),
      },
      progress,
    ),
  )
  terminal.line(`Docs:    ${docs.files} pages, ${docs.chunks} passages indexed`)
  await prepareExports(context)
  const started = performance.now()
  const { manifest } = await terminal.during((progress) =>
    syncLake(config, { log: createLog(config.logLevel), progress }),
  )
  const rows = manifest.partitions
    .filter(({ table }) => table === 'spans')
    .reduce((sum, part) => sum + part.rows, 0)
  terminal.line(
    `Lake:    ${formatCount(rows)} spans from ${formatFiles(manifest.sources.length)}, ${formatMs(performance.now() - started)}`,
  )
}
