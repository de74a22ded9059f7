import { resolve } from 'node:path'
import { generateExports, type SampleSummary } from '../samples/generate-exports.ts'
import type { Config } from '../config.ts'
import type { Progress } from '../core/progress.ts'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckDbEngine } from '../engine/duckdb/create-duckdb-engine.ts'
import type { SampleOptions } from '../samples/sample-options.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatMs } from './terminal.ts'

/** Writes sample exports with a database of its own that can reach the target folder only. */
export async function writeSamples(
  config: Config,
  options: SampleOptions,
  progress: Progress,
): Promise<SampleSummary> {
  await mkdir(options.out, { recursive: true })
  const spillDirectory = await mkdtemp(join(tmpdir(), 'parquetry-samples-'))
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [options.out],
    spillDirectory,
    memoryLimitMb: config.memoryLimitMb,
    timeoutMs: 0,
  })
  try {
    return await generateExports(engine, options, progress)
  } finally {
    await engine.close()
    await rm(spillDirectory, { recursive: true, force: true })
  }
}

export async function generateExportsCommand(
  { config, terminal }: CommandContext,
  flags: Readonly<Record<string, string>>,
): Promise<number> {
  const started = performance.now()
  const out = resolve(flags['out'] ?? '')
  const options = {
    out,
    journeys: Number(flags['journeys']),
    days: Number(flags['days']),
    start: flags['start'] ?? '',
    seed: Number(flags['seed']),
  }
  const summary = await terminal.during((progress) => writeSamples(config, options, progress))
  terminal.line(
    `Wrote ${formatCount(summary.files.length)} files of sample data to ${out}: ${formatCount(summary.journeys)} journeys, ${formatCount(summary.spans)} spans, ${formatCount(summary.logs)} log records in ${formatMs(performance.now() - started)}.`,
  )
  return 0
}
