import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const privateMode = 0o600

/** Makes the file where there is none. Nobody but its owner may read it, since tokens are signed by a key in it. */
export function secureFile(path: string): void {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', privateMode))
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, privateMode)
}

/** The file that lies at a path now, undefined where none does; another file that takes its place has another mark. */
export function findMark(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/** SQLite's log of changes that are not in the file yet. */
const toLogPath = (path: string) => `${path}-wal`

/** The mark of the log of a key file that is open. */
export const findLogMark = (path: string): string | undefined => findMark(toLogPath(path))

/** Removes the log that belonged to a key file that is gone: SQLite would read it as that of the file now in its place. */
export function removeStaleLog(path: string, logMark: string | undefined): void {
  if (logMark === undefined || findLogMark(path) !== logMark) return
  for (const file of [toLogPath(path), `${path}-shm`]) rmSync(file, { force: true })
}
