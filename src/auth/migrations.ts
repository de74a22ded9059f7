import { AppError } from '../core/errors.ts'

/** What a migration needs of a database. */
type Database = Readonly<{
  exec(sql: string): void
  prepare(sql: string): Readonly<{ get(): Record<string, unknown> | undefined }>
}>

/** What leads from each version of the schema to the next; the first from an empty file to version 1. Only ever added to. */
const migrations: readonly string[] = [
  `CREATE TABLE keys (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     group_name TEXT NOT NULL,
     scopes TEXT NOT NULL,
     hash TEXT NOT NULL UNIQUE,
     last4 TEXT NOT NULL,
     created INTEGER NOT NULL,
     expires INTEGER,
     revoked INTEGER,
     last_used INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX keys_by_expiry ON keys (expires) WHERE revoked IS NULL;`,
  `CREATE TABLE signing_key (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     kid TEXT NOT NULL,
     jwk TEXT NOT NULL,
     created INTEGER NOT NULL
   ) STRICT;`,
]

const readVersion = (database: Database) =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version'])

/** Runs what is missing, all or nothing; of several processes one, while the others wait. */
function runMissing(database: Database): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const sql of migrations.slice(readVersion(database))) database.exec(sql)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** Brings a key file to the current schema. Throws `unreadable_file` for one of a newer schema, and what SQLite throws. */
export function migrate(database: Database, path: string): void {
  const version = readVersion(database)
  if (version > migrations.length) {
    throw new AppError({
      code: 'unreadable_file',
      message: `${path} was written by a newer Parquetry: its schema is ${version}, and this version knows up to ${migrations.length}.`,
      next: 'Update Parquetry, or name another data folder.',
    })
  }
  if (version < migrations.length) runMissing(database)
}
