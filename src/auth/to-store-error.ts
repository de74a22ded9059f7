import { escapeControls } from '../core/clean-text.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { toFileError } from '../core/file-error.ts'

type Reason = Readonly<{ code: ErrorCode; reason: string; next: string }>

const damaged: Reason = {
  code: 'unreadable_file',
  reason: 'is damaged, or is not a key file of Parquetry',
  next: 'Put a copy back in its place, or move it away and create the keys anew.',
}

const folder = 'SQLite writes beside it: the folder and all keys.sqlite* files must be writable by this user.'

const closed: Reason = { code: 'unreadable_file', reason: 'cannot be written', next: folder }

const busy: Reason = {
  code: 'busy',
  reason: 'is being written by another process',
  next: 'Try again in a moment.',
}

const full: Reason = {
  code: 'unreadable_file',
  reason: 'cannot be written: the disk is full or fails',
  next: 'Free some space on the disk.',
}

/** SQLite's primary result code → what is wrong, and the way out (https://www.sqlite.org/rescode.html). */
const reasons: Readonly<Record<number, Reason>> = {
  3: closed,
  5: busy,
  6: busy,
  8: closed,
  10: full,
  13: full,
  14: { code: 'unreadable_file', reason: 'cannot be opened', next: folder },
}

/** What SQLite or the file system threw at a key file, as an AppError; SQLite's own words, which may quote rows, stay inside. */
export function toStoreError(error: unknown, path: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  if (!('errcode' in error)) return toFileError(error) ?? error
  const { code, reason, next } = reasons[Number(error.errcode) & 0xff] ?? damaged
  return new AppError({ code, message: `${escapeControls(path)} ${reason}.`, next }, { cause: error })
}
