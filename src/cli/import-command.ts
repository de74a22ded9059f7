import { mkdir } from 'node:fs/promises'
import { escapeControls } from '../core/clean-text.ts'
import { toCommand } from '../core/command.ts'
import { createLog } from '../core/log.ts'
import type { Manifest } from '../lake/manifest.ts'
import { syncLake } from '../lake/sync/sync-lake.ts'
import { toTables } from './lake/table-facts.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatBytes, formatCount, formatFiles, formatMs, type Terminal } from './terminal.ts'

function printTables(manifest: Manifest, terminal: Terminal): void {
  for (const { table, rows, bytes, start, end } of toTables(manifest)) {
    terminal.line(
      `  ${table.padEnd(20)} ${formatCount(rows).padStart(12)} rows  ${formatBytes(bytes).padStart(9)}  ${start.slice(0, 10)} to ${end.slice(0, 10)}`,
    )
  }
}

function printRejected({ rejected, sources }: Manifest, terminal: Terminal): void {
  const skipped = sources.filter(({ skippedRows }) => skippedRows > 0)
  if (rejected.length > 0) terminal.line(`\nSet aside: ${formatFiles(rejected.length)}`)
  for (const { path, reason, next } of rejected) terminal.line(`  ${escapeControls(path)}: ${reason} ${next}`)
  for (const { path, skippedRows } of skipped) {
    terminal.line(
      `  ${escapeControls(path)}: ${formatCount(skippedRows)} rows without a usable trace id, span id or time were left out`,
    )
  }
}

/** Brings the lake up to date and says what it holds. Exit code 1 when another process is writing it. */
export async function importCommand({ config, terminal }: CommandContext): Promise<number> {
  const started = performance.now()
  await mkdir(config.exportsDir, { recursive: true })
  const { state, manifest } = await terminal.during((progress) =>
    syncLake(config, { log: createLog(config.logLevel), progress }),
  )
  if (state === 'busy') {
    terminal.line(
      'Another process is importing now, or files are still being copied. Run the command again in a moment.',
    )
    return 1
  }
  const seconds = formatMs(performance.now() - started)
  if (manifest.sources.length === 0 && manifest.rejected.length === 0) {
    terminal.line(`No exports in ${config.exportsDir}.`)
    terminal.line(
      `Copy Parquet trace exports there, or make some: ${toCommand(`generate-exports --out ${config.exportsDir}`)}`,
    )
    return 0
  }
  terminal.line(
    `${state === 'updated' ? 'Imported' : 'Nothing new in'} ${formatFiles(manifest.sources.length)} (${seconds}).`,
  )
  printTables(manifest, terminal)
  printRejected(manifest, terminal)
  return 0
}
