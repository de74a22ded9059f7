import type { Service } from '../catalog/service.ts'
import type { Config } from '../config/config.ts'
import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import { formatInstant, type TimeRange, toEndAfter } from '../core/time-range.ts'
import type { LakeSnapshot } from '../lake/lake-snapshot.ts'

const isEmpty = ({ partitions }: LakeSnapshot['manifest']) => partitions.length === 0

/** What an answer must say about the state of the data: an import still running or failed. */
export function toImportNotes({ manifest, importState }: LakeSnapshot): readonly string[] {
  return [
    importState.isImporting &&
      (isEmpty(manifest)
        ? 'The first import of the exports is still running; ask again in a moment.'
        : 'New exports are being imported; this answer is from the data before them. Ask again in a moment.'),
    importState.failure && `New exports could not be imported: ${importState.failure}`,
  ].filter((note) => typeof note === 'string')
}

/** The error of a server without any data: how to add some. */
export function noDataError({ manifest, importState }: LakeSnapshot, config: Config): AppError {
  if (importState.isImporting) {
    const message = 'The first import of the exports is still running.'
    return new AppError({ code: 'no_data', message, next: 'Ask again in a moment.' })
  }
  if (importState.failure) {
    const message = `The exports could not be imported: ${importState.failure}`
    return new AppError({ code: 'no_data', message, next: 'Mend the cause and ask again.' })
  }
  const rejected = manifest.rejected.slice(0, 3).map(({ path, reason }) => `${path}: ${reason}`)
  return new AppError({
    code: 'no_data',
    message:
      rejected.length > 0
        ? `No export could be read. ${rejected.join(' ')}`
        : 'There are no trace exports yet.',
    next: `Copy Parquet trace exports into ${config.exportsDir}, or make sample data with: ${toCommand(`generate-exports --out ${config.exportsDir}`)}`,
  })
}

/** Throws `no_data` when nothing has been imported at all. */
export function checkHasData(snapshot: LakeSnapshot, config: Config): void {
  if (isEmpty(snapshot.manifest)) throw noDataError(snapshot, config)
}

/** Where a service's data lies, for an answer that found nothing in its window; as a window that has all of it. */
export function describeRange(snapshot: LakeSnapshot, service: Service): string {
  const range: TimeRange | undefined = snapshot.timeRange(service)
  if (!range) return `${service.name} has no rows at all.`
  return `${service.name} has rows from ${formatInstant(range.startNs)} to ${formatInstant(toEndAfter(range.endNs))}.`
}
