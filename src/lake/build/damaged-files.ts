import { AppError } from '../../core/errors.ts'
import { isNoRoom } from './no-room.ts'
import type { WorkSpace } from './work-space.ts'

/** Files that were recognised and then failed, by path, each with its error. The next pass leaves them out. */
export class DamagedFiles extends Error {
  override readonly name = 'DamagedFiles'
  readonly files: ReadonlyMap<string, AppError>

  constructor(files: ReadonlyMap<string, AppError>) {
    super(`cannot be imported: ${[...files.keys()].join(', ')}`)
    this.files = files
  }
}

/** Failures that lie with this machine or with the caller, and say nothing about the file that was being read. */
export const isOutsideFile = (error: unknown): boolean =>
  (error instanceof AppError && error.details.code === 'timeout') || isNoRoom(error)

/** Whether more memory would have helped. */
export const isOutOfMemory = (error: unknown): boolean => /Out of Memory/.test(String(error))

const printDays = (days: readonly string[]) =>
  days.length === 1 ? `the day ${days[0]}` : `the days ${days[0]} to ${days.at(-1)}`

/**
 * The error of a file whose footer is good but that fails later: while its rows are read, or while `days` are built of them.
 * Throws the cause itself where that lies outside the file.
 */
export function toDamagedFile(
  space: WorkSpace,
  path: string,
  cause: unknown,
  days?: readonly string[],
): AppError {
  if (isOutsideFile(cause)) throw cause
  const reason = isOutOfMemory(cause)
    ? {
        message: `${days ? `With its rows ${printDays(days)}` : 'It'} needs more memory than the limit of ${space.memoryLimitMb} MB.`,
        next: 'Set PARQUETRY_MEMORY_MB higher, or split the file.',
      }
    : {
        message: days
          ? `With its rows ${printDays(days)} cannot be built.`
          : "Its rows cannot be read: the file is damaged, or a value is not of its column's kind.",
        next: 'Export or copy it again.',
      }
  return new AppError({ code: 'unreadable_file', path, ...reason }, { cause })
}
