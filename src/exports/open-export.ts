import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { ExportFile } from './find-files.ts'

/** The error of a file that is set aside: what is wrong with it, and what would make it readable. */
export const unreadable = (message: string, next: string, cause?: unknown): AppError =>
  new AppError({ code: 'unreadable_file', message, next }, { cause })

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}

/** The error of a file that the operating system doesn't let Parquetry read. A cause that is no such refusal stays itself. */
export function toRefusedFile(cause: NodeJS.ErrnoException): Error {
  const refusal = refusals[cause.code ?? '']
  if (!refusal) return cause
  return unreadable(
    `It cannot be read: ${refusal}.`,
    'Give Parquetry the right to read it, and touch it, so that it is looked at again.',
    cause,
  )
}

/** Opens a file of the drop folder. Throws `unreadable_file` for a link that leads out of the folder, and where the right to read is missing. */
export async function openExport(folder: string, { path }: ExportFile): Promise<FileHandle> {
  const whole = join(folder, path)
  const refuse = (cause: NodeJS.ErrnoException) => {
    throw toRefusedFile(cause)
  }
  const [root, real] = await Promise.all([realpath(folder), realpath(whole)]).catch(refuse)
  if (!real.startsWith(root + sep)) {
    throw unreadable(
      'It is a link to a file outside the drop folder.',
      'Copy the file itself into the drop folder.',
    )
  }
  return open(whole, 'r').catch(refuse)
}
