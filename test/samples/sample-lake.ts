import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noProgress, type Progress } from '../../src/core/progress.ts'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import type { Row } from '../../src/engine/engine.ts'
import {
  generateExports,
  type SampleOptions,
  type SampleSummary,
} from '../../src/samples/generate-exports.ts'

/** A generated export in a folder of its own, with its files as the views `traces` and `logs`. */
export type SampleLake = Readonly<{
  out: string
  summary: SampleSummary
  query(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}>

export const period = { journeys: 4000, days: 14, start: '2026-05-01T00:00:00Z', seed: 7 } as const

/** Generates the sample period, with some options replaced, and opens it. */
export async function createSampleLake(
  options: Partial<SampleOptions> = {},
  progress: Progress = noProgress,
): Promise<SampleLake> {
  const out = await mkdtemp(join(tmpdir(), 'samples-'))
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [out],
    spillDirectory: join(out, 'spill'),
    memoryLimitMb: 2000,
    timeoutMs: 0,
  })
  const query = (sql: string) => engine.run({ sql, params: [] })
  const close = async () => {
    await engine.close()
    await rm(out, { recursive: true })
  }
  const summary = await generateExports(engine, { ...period, out, ...options }, progress).catch(
    async (error: unknown) => {
      await close()
      throw error
    },
  )
  await query(`CREATE VIEW traces AS FROM read_parquet('${out}/*/otel_traces_*.parquet')`)
  await query(`CREATE VIEW logs AS FROM read_parquet('${out}/*/otel_logs_*.parquet')`)
  return { out, summary, query, close }
}
