import { join } from 'node:path'
import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import { secureFile } from './key-file.ts'
import { type KeyRecord, toKeyState } from './key-record.ts'
import { careful, hasty, openDatabase } from './open-database.ts'
import { toScopes } from './principal.ts'
import { createSigningKey, type SigningKey } from './signing-key.ts'
import { toStoreError } from './to-store-error.ts'

/**
 * The keys of a data folder, in SQLite. Several processes may use it at once. What it throws is an AppError: `busy` where
 * another process holds the file for too long, `unreadable_file` where it is damaged, newer, or can't be written.
 */
export type KeyStore = Readonly<{
  findByHash(hash: string): KeyRecord | undefined
  findById(id: string): KeyRecord | undefined
  /** All keys, the oldest first. */
  list(): readonly KeyRecord[]
  /** Whether any key is good at a time in ms since the epoch. */
  hasActive(nowMs: number): boolean
  /** Whether any key was ever made. */
  hasAny(): boolean
  /** Throws `invalid_argument` where a key that is good when this one is made has its name. */
  add(key: KeyRecord): void
  /** Revokes a key for good; the time of the first revocation stays. */
  revoke(id: string, nowMs: number): void
  /** Notes when a key was last used. Neither waits nor fails: the note is lost where the file is busy or the disk full. */
  noteUse(id: string, nowMs: number): void
  findSigningKey(): SigningKey | undefined
  /** The one key that tokens of this file are signed by, made at the first call. */
  getSigningKey(nowMs: number): SigningKey
  close(): void
}>

/** Where the keys of a data folder lie. */
export const toKeysPath = (dataDir: string): string => join(dataDir, 'keys.sqlite')

/** Brings all changes into the file, so that a copy of it alone is whole. */
const settle = 'PRAGMA wal_checkpoint(TRUNCATE)'

type Database = ReturnType<typeof openDatabase>

type Row = Readonly<Record<string, unknown>>

const toTime = (value: unknown) => (value === null ? undefined : Number(value))

const toRecord = (row: Row): KeyRecord => ({
  id: String(row['id']),
  name: String(row['name']),
  group: String(row['group_name']),
  scopes: toScopes(String(row['scopes']).split(' ')),
  hash: String(row['hash']),
  last4: String(row['last4']),
  created: Number(row['created']),
  expires: toTime(row['expires']),
  revoked: toTime(row['revoked']),
  lastUsed: toTime(row['last_used']),
})

const toSigningKey = (row: Row): SigningKey => ({
  kid: String(row['kid']),
  jwk: JSON.parse(String(row['jwk'])),
})

const duplicate = ({ name, id }: KeyRecord) =>
  new AppError({
    code: 'invalid_argument',
    message: `There is a key named ${name} already: ${id}.`,
    path: 'name',
    next: `Choose another name, or revoke that one first: ${toCommand(`keys revoke ${id}`)}`,
  })

const prepare = (database: Database) => ({
  byHash: database.prepare('SELECT * FROM keys WHERE hash = ?'),
  byId: database.prepare('SELECT * FROM keys WHERE id = ?'),
  byName: database.prepare('SELECT * FROM keys WHERE name = ?'),
  all: database.prepare('SELECT * FROM keys ORDER BY created, id'),
  any: database.prepare('SELECT EXISTS (SELECT 1 FROM keys) AS found'),
  // Two terms, so that each is one search in keys_by_expiry, however many keys have expired.
  active: database.prepare(
    `SELECT EXISTS (SELECT 1 FROM keys WHERE revoked IS NULL AND expires IS NULL)
         OR EXISTS (SELECT 1 FROM keys WHERE revoked IS NULL AND expires > ?) AS found`,
  ),
  add: database.prepare('INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
  revoke: database.prepare('UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL'),
  noteUse: database.prepare('UPDATE keys SET last_used = ? WHERE id = ?'),
  signingKey: database.prepare('SELECT kid, jwk FROM signing_key'),
  addSigningKey: database.prepare('INSERT OR IGNORE INTO signing_key VALUES (1, ?, ?, ?)'),
})

/** Does what nothing depends on: that it fails is no failure of the call. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // The file is busy, or the disk full.
  }
}

function createStore(database: Database): KeyStore {
  const run = prepare(database)

  const findBy = (statement: typeof run.byId, value: string) => {
    const row = statement.get(value)
    return row && toRecord(row)
  }

  const inTransaction = (work: () => void) => {
    database.exec('BEGIN IMMEDIATE')
    try {
      work()
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  const findSigningKey = () => {
    const row = run.signingKey.get()
    return row && toSigningKey(row)
  }

  return {
    findByHash: (hash) => findBy(run.byHash, hash),
    findById: (id) => findBy(run.byId, id),
    list: () => run.all.all().map(toRecord),
    hasActive: (nowMs) => run.active.get(nowMs)?.['found'] === 1,
    hasAny: () => run.any.get()?.['found'] === 1,
    add: (key) => {
      inTransaction(() => {
        const same = run.byName.all(key.name).map(toRecord)
        const rival = same.find((other) => toKeyState(other, key.created) === 'active')
        if (rival) throw duplicate(rival)
        const times = [key.created, key.expires ?? null, key.revoked ?? null, key.lastUsed ?? null]
        run.add.run(key.id, key.name, key.group, key.scopes.join(' '), key.hash, key.last4, ...times)
      })
      attempt(() => database.exec(settle))
    },
    revoke: (id, nowMs) => {
      run.revoke.run(nowMs, id)
      attempt(() => database.exec(settle))
    },
    noteUse: (id, nowMs) => {
      database.exec(hasty)
      attempt(() => run.noteUse.run(nowMs, id))
      database.exec(careful)
    },
    findSigningKey,
    getSigningKey: (nowMs) => {
      const known = findSigningKey()
      if (known) return known
      const { kid, jwk } = createSigningKey()
      run.addSigningKey.run(kid, JSON.stringify(jwk), nowMs)
      return findSigningKey() ?? { kid, jwk }
    },
    close: () => database.close(),
  }
}

/** The store with all that its functions throw as AppErrors. */
function guard(store: KeyStore, path: string): KeyStore {
  const wrap =
    <Inputs extends readonly unknown[], Output>(work: (...inputs: Inputs) => Output) =>
    (...inputs: Inputs): Output => {
      try {
        return work(...inputs)
      } catch (error) {
        throw toStoreError(error, path)
      }
    }
  return {
    findByHash: wrap(store.findByHash),
    findById: wrap(store.findById),
    list: wrap(store.list),
    hasActive: wrap(store.hasActive),
    hasAny: wrap(store.hasAny),
    add: wrap(store.add),
    revoke: wrap(store.revoke),
    noteUse: wrap(store.noteUse),
    findSigningKey: wrap(store.findSigningKey),
    getSigningKey: wrap(store.getSigningKey),
    close: wrap(store.close),
  }
}

/** Opens a key file, which is made where there is none, and brings it to the current schema. Throws as the store does. */
export function openKeyStore(path: string): KeyStore {
  try {
    secureFile(path)
    return guard(createStore(openDatabase(path)), path)
  } catch (error) {
    throw toStoreError(error, path)
  }
}
