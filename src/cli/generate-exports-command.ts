import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatFiles, formatMs } from './terminal.ts'
import { toUserPath } from './user-path.ts'
import { writeSamples } from './write-samples.ts'

/** Writes sample exports to a folder and says how many. */
export async function generateExportsCommand(
  { config, terminal }: CommandContext,
  flags: Readonly<Record<string, string>>,
): Promise<number> {
  const started = performance.now()
  const out = toUserPath(flags['out'] ?? '')
  const options = {
    out,
    journeys: Number(flags['journeys']),
    days: Number(flags['days']),
    start: flags['start'] ?? '',
    seed: Number(flags['seed']),
  }
  const summary = await terminal.during((progress) => writeSamples(config, options, progress))
  terminal.line(
    `Wrote ${formatFiles(summary.files.length)} of sample data to ${out}: ${formatCount(summary.journeys)} journeys, ${formatCount(summary.spans)} spans, ${formatCount(summary.logs)} log records in ${formatMs(performance.now() - started)}.`,
  )
  return 0
}
