import { AppError } from '../../core/errors.ts'

/**
 * What DuckDB, or the operating system, says where a disk or a limit is full. Only at the start of a message are the words
 * theirs: other errors quote values of the export.
 */
const noRoom =
  /^Error: (?:E(?:NOSPC|DQUOT|FBIG|ROFS|MFILE|NFILE):|(?:IO|Out of Memory|FATAL) Error: .*(?:No space left|quota exceeded|File too large|Read-only file system|Too many open files|max_temp_directory_size))/s

/** Whether a failure is for want of room on this machine. */
export const isNoRoom = (error: unknown): boolean => noRoom.test(String(error))

const fullDisk = /ENOSPC|EDQUOT|No space left|quota exceeded|max_temp_directory_size/

/** The error of a full disk, for its owner; undefined for any other. */
export const toFullDiskError = (error: unknown, lakeDir: string): AppError | undefined =>
  isNoRoom(error) && fullDisk.test(String(error))
    ? new AppError(
        {
          code: 'unreadable_file',
          message: `No space is left on the disk of ${lakeDir}.`,
          path: lakeDir,
          next: 'Free some; what was there before still answers, and the import is tried again by itself.',
        },
        { cause: error },
      )
    : undefined
