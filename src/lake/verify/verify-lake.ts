import { toCommand } from '../../core/command.ts'
import { AppError } from '../../core/errors.ts'
import type { Progress } from '../../core/progress.ts'
import { findExportUnits } from '../../exports/find-units.ts'
import { recogniser } from '../../exports/layouts/layouts.ts'
import type { LakeFolders } from '../build/work-space.ts'
import { type Manifest, readManifest } from '../manifest.ts'
import { planSync } from '../sync/sync-plan.ts'
import type { Check } from './check.ts'
import {
  checkDays,
  checkIndex,
  checkLogs,
  checkSpanContent,
  checkSpans,
  checkTables,
  toNames,
} from './check-contents.ts'
import { checkFiles } from './check-files.ts'
import { checkOrder, checkPartitions, checkSources } from './check-reading.ts'
import { readExports } from './read-exports.ts'
import { readLake } from './read-lake.ts'
import { openVerifySpace, type VerifySpace } from './verify-space.ts'

/** A published state and what was found of it. */
export type Verification = Readonly<{ manifest: Manifest; checks: readonly Check[] }>

function assertComparable({ exportsDir, memoryLimitMb }: LakeFolders, manifest: Manifest) {
  const units = findExportUnits(exportsDir)
  const next = `Run \`${toCommand('import')}\`, then verify.`
  if (manifest.generation === 0)
    throw new AppError({
      code: 'no_data',
      message: 'There is no lake to verify: nothing was imported.',
      next,
    })
  if (manifest.recogniser !== recogniser)
    throw new AppError({
      code: 'stale',
      message: 'The lake was built by another version of Parquetry, which may read the exports otherwise.',
      next,
    })
  if (planSync(units, manifest, memoryLimitMb).isStale)
    throw new AppError({
      code: 'stale',
      message: 'The drop folder has changed since the lake was built, so that they cannot be compared.',
      next: `\`${toCommand('lake')}\` says what changed. ${next}`,
    })
  return units
}

/** Another process may have published a new state, or exports may have come, while this one was read. */
async function assertUnchanged(folders: LakeFolders, manifest: Manifest): Promise<void> {
  const now = await readManifest(folders.lakeDir)
  const isSame = now.generation === manifest.generation && now.publishedAt === manifest.publishedAt
  if (isSame && !planSync(findExportUnits(folders.exportsDir), now, folders.memoryLimitMb).isStale) return
  throw new AppError({
    code: 'busy',
    message: 'The lake or the drop folder changed while it was verified.',
    next: 'Verify again when no import is running.',
  })
}

/** Rows of the larger side, for which memory must do. */
async function countRows(space: VerifySpace, tables: readonly string[]): Promise<number> {
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`)
  const [row] = await space.run(`SELECT greatest(${counts.join(', ')}) AS "rows"`)
  return Number(row?.['rows'])
}

async function runInTurn(
  steps: readonly (() => Promise<Check | readonly Check[]>)[],
  progress: Progress,
): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const [i, step] of steps.entries()) {
    progress('comparing', i, steps.length)
    checks.push(...[await step()].flat())
  }
  progress('comparing', steps.length, steps.length)
  return checks
}

async function check(
  space: VerifySpace,
  manifest: Manifest,
  units: ReturnType<typeof findExportUnits>,
  progress: Progress,
): Promise<readonly Check[]> {
  const files = checkFiles(space.lakeDir, manifest)
  const reading = await readLake(space, manifest, progress)
  const sources = await readExports(space, manifest, units, progress)
  const names = toNames(manifest)
  const spans = { space, names, rows: await countRows(space, ['exported_spans', 'kept_spans', 'kept_rows']) }
  const logs = { space, names, rows: await countRows(space, ['exported_logs', 'kept_logs']) }
  const logFiles = reading.files.filter(({ partition }) => partition.table === 'logs')
  const ofOtherDays = new Map(logFiles.map(({ partition, otherDay }) => [partition.file, otherDay]))
  const compared = await runInTurn(
    [
      () => checkSpans(spans),
      () => checkSpanContent(spans),
      () => checkLogs(logs),
      () => checkDays(spans, ofOtherDays),
      () => checkIndex(spans),
      () => checkTables(spans, manifest),
    ],
    progress,
  )
  return [files, checkPartitions(reading), checkOrder(reading), checkSources(sources), ...compared]
}

/**
 * Recounts the published state against the exports, which are read anew; nothing of how the lake was built is trusted.
 * It only reads; what must be decoded or does not fit into memory goes to `scratchDir`, which must be there.
 * Throws `no_data` where there is no lake, `stale` where exports changed since it was built, `busy` where they or the
 * lake change meanwhile.
 */
export async function verifyLake(
  folders: LakeFolders,
  scratchDir: string,
  progress: Progress,
): Promise<Verification> {
  const manifest = await readManifest(folders.lakeDir)
  const units = assertComparable(folders, manifest)
  const space = await openVerifySpace(folders, scratchDir)
  try {
    const checks = await check(space, manifest, units, progress)
    await assertUnchanged(folders, manifest)
    return { manifest, checks }
  } finally {
    await space.close()
  }
}
