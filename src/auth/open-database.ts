import type { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

/** For what must last: waits for other processes and for the disk. */
export const careful = 'PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL'
/** For what may get lost: waits for neither. */
export const hasty = 'PRAGMA busy_timeout = 0; PRAGMA synchronous = NORMAL'

const sqliteBusy = 5
const pauseMs = 20
const mostPauses = 250

const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === sqliteBusy

/** SQLite does not wait by itself where several processes begin to use a new file at once. */
function useLog(database: DatabaseSync): void {
  for (let pauses = 0; ; pauses++) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (pauses === mostPauses || !isBusy(error)) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}

/**
 * Opens a file of SQLite, which may be empty, and brings it to the current schema. Throws what SQLite throws, and
 * `unreadable_file` for a newer schema. node:sqlite is loaded here only: older versions of Node warn of it on standard error.
 */
export function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path)
  try {
    database.exec(careful)
    useLog(database)
    migrate(database, path)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}
