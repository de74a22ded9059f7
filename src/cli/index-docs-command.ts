import { escapeControls } from '../core/clean-text.ts'
import { createEmbedders } from '../knowledge/embedding/embedders.ts'
import { indexDocs } from '../knowledge/indexing/index-docs.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatFiles } from './terminal.ts'

/** Indexes the documentation and says what changed. */
export async function indexDocsCommand({ config, terminal }: CommandContext): Promise<number> {
  const embedders = createEmbedders(config.embedder, config.modelsDir)
  const summary = await terminal.during((progress) =>
    indexDocs({ docs: config.docs, index: config.knowledgeDir, embedders }, progress),
  )
  terminal.line(
    `Indexed ${formatFiles(summary.files)} of ${config.docs.map(({ folder }) => folder).join(' and ')}, ${formatCount(summary.chunks)} passages in ${summary.seconds.toFixed(1)} s: ${summary.added} added, ${summary.changed} changed, ${summary.removed} removed, ${summary.unchanged} unchanged.`,
  )
  for (const { file, reason } of summary.skipped)
    terminal.line(`  skipped ${escapeControls(file)}: ${reason}`)
  return 0
}
