import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Progress } from '../core/progress.ts'
import { createDuckDbEngine } from '../engine/duckdb/create-duckdb-engine.ts'
import { generateExports, type SampleSummary } from '../samples/generate-exports.ts'
import type { SampleOptions } from '../samples/sample-options.ts'

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
