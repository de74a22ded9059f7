import { escapeControls } from './clean-text.ts'
import { AppError } from './errors.ts'

/** Node's error code → what is wrong, and the way out. */
const reasons: Readonly<Record<string, Readonly<{ reason: string; next: string }>>> = {
  EACCES: { reason: 'permission denied', next: 'Give this user access to it, or name another folder.' },
  EPERM: { reason: 'permission denied', next: 'Give this user access to it, or name another folder.' },
  ENOENT: { reason: 'there is no such file or folder', next: 'Check the path, or create the folder.' },
  ENOTDIR: { reason: 'a part of the path is not a folder', next: 'Check the path.' },
  ENOSPC: {
    reason: 'no space is left on the disk',
    next: 'Free some space, or name a folder on another disk.',
  },
  EROFS: { reason: 'the file system is read-only', next: 'Name a folder that can be written.' },
  EAGAIN: {
    reason: 'the system has no room for another process',
    next: 'Try again, or raise the limit of processes (ulimit -u).',
  },
  ENOMEM: { reason: 'the system has no memory left', next: 'Close other programs, or add memory.' },
  EMFILE: {
    reason: 'too many files are open',
    next: 'Try again, or raise the limit of open files (ulimit -n).',
  },
}

/** System call → what it does to its path; the calls not listed read. */
const verbs: Readonly<Record<string, string>> = {
  access: 'use',
  spawn: 'start',
  open: 'open',
  write: 'write',
  mkdir: 'create',
  mkdtemp: 'create',
  unlink: 'remove',
  rmdir: 'remove',
  rm: 'remove',
  rename: 'rename',
  copyfile: 'copy',
  link: 'link',
  symlink: 'link',
  utime: 'change',
  chmod: 'change',
}

/** What Node's file system threw, as an AppError `unreadable_file` that may be shown; undefined for any other error. */
export function toFileError(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall = '', path }: NodeJS.ErrnoException = error
  // Of a process that can't be started Node names the program as well: `spawn node`.
  const [call = ''] = syscall.split(' ')
  const known = code !== undefined && Object.hasOwn(reasons, code) ? reasons[code] : undefined
  if (!known) return undefined
  const file = path === undefined ? 'a file' : escapeControls(path).replaceAll('\n', '\\n')
  const message = `Cannot ${verbs[call] ?? 'read'} ${file}: ${known.reason}.`
  return new AppError({ code: 'unreadable_file', message, next: known.next }, { cause: error })
}
