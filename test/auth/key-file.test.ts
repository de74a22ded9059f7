import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/auth/api-key.ts'
import { openKeyStore, toKeysPath } from '../../src/auth/key-store.ts'
import { bearer, catchError, createAuthWorld, createFolder, getToken, start } from './auth-world.ts'
import { startAuthProcess } from './start-auth-process.ts'

const isWindows = process.platform === 'win32'
const modeOf = (path: string) => statSync(path).mode & 0o777

const run = (path: string, sql: string) => {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

/** What every error about a key file tells, and what it doesn't. */
const expectClear = (error: unknown, path: string, message: RegExp, code = 'unreadable_file') => {
  expect(error).toMatchObject({ name: 'AppError', details: { code, next: expect.stringMatching(/\.$/) } })
  const { details } = error as { details: { message: string } }
  expect(details.message).toMatch(message)
  expect(details.message).toContain(path)
  expect(JSON.stringify(details)).not.toMatch(/SQLITE|SELECT|INSERT|errcode|pq_/)
}

describe.skipIf(isWindows)('the key file', () => {
  it('can be read by its owner alone, and so can the files beside it', () => {
    const umask = process.umask(0)
    try {
      const path = toKeysPath(`${createFolder()}/new`)
      const store = openKeyStore(path)
      store.getSigningKey(start)
      expect(readdirSync(dirname(path)).sort()).toEqual(['keys.sqlite', 'keys.sqlite-shm', 'keys.sqlite-wal'])
      for (const name of readdirSync(dirname(path))) expect(modeOf(`${dirname(path)}/${name}`)).toBe(0o600)
      store.close()
    } finally {
      process.umask(umask)
    }
  })

  it('is closed to others again where it was put back with wider rights', () => {
    const { path, add, auth } = createAuthWorld()
    add()
    chmodSync(path, 0o644)
    expect(auth.hasKeys()).toBe(true)
    expect(modeOf(path)).toBe(0o600)
  })

  it('holds no key, and is whole when it is copied while a server runs', async () => {
    const world = createAuthWorld()
    const { key } = world.add()
    expect(world.auth.hasKeys()).toBe(true)
    const later = world.add()
    const gone = world.add()
    world.revoke(gone.id)
    const copy = createAuthWorld()
    copyFileSync(world.path, copy.path)
    for (const each of [key, later.key]) {
      expect(await copy.auth.authenticate(bearer(each))).toMatchObject({ ok: true })
      expect(readFileSync(world.path).includes(each.slice(3))).toBe(false)
    }
    expect(await copy.auth.authenticate(bearer(gone.key))).toMatchObject({ reason: 'revoked' })
  })
})

describe('the schema', () => {
  /** A file as version 1 had it, with one key. */
  const writeOld = () => {
    const path = toKeysPath(createFolder())
    const { key, hash, last4 } = createApiKey()
    run(
      path,
      `CREATE TABLE keys (
         id TEXT PRIMARY KEY, name TEXT NOT NULL, group_name TEXT NOT NULL, scopes TEXT NOT NULL,
         hash TEXT NOT NULL UNIQUE, last4 TEXT NOT NULL, created INTEGER NOT NULL,
         expires INTEGER, revoked INTEGER, last_used INTEGER
       ) STRICT, WITHOUT ROWID;
       CREATE INDEX keys_by_expiry ON keys (expires) WHERE revoked IS NULL;
       INSERT INTO keys VALUES ('k_old22222', 'old', 'team-a', 'traces', '${hash}', '${last4}', ${start}, NULL, NULL, NULL);
       PRAGMA user_version = 1`,
    )
    return { path, key }
  }

  const versionOf = (path: string) => {
    const database = new DatabaseSync(path, { readOnly: true })
    const version = database.prepare('PRAGMA user_version').get()?.['user_version']
    database.close()
    return version
  }

  it('of an older version is brought up to date, and its keys stay good', async () => {
    const { path, key } = writeOld()
    const world = createAuthWorld({ path })
    const principal = { keyId: 'k_old22222', name: 'old', group: 'team-a', scopes: ['traces'] }
    expect(await world.auth.authenticate(bearer(key))).toEqual({ ok: true, principal })
    expect(await world.auth.authenticate(bearer(await getToken(world, key)))).toEqual({ ok: true, principal })
    expect(versionOf(path)).toBe(2)
  })

  it('is brought up to date once, by several processes at a time', async () => {
    const { path, key } = writeOld()
    const all = await Promise.all(Array.from({ length: 4 }, () => startAuthProcess(path)))
    const request = { do: 'authenticate', headers: [bearer(key)], times: 1 } as const
    expect(await Promise.all(all.map((each) => each.ask(request)))).toEqual(all.map(() => ({ ok: 1 })))
  })

  it('of a newer version is refused, and left as it is', async () => {
    const { path, add, auth } = createAuthWorld()
    const { key } = add()
    auth.close()
    run(path, 'PRAGMA user_version = 99')
    const before = readFileSync(path)
    const later = createAuthWorld({ path })
    const message = /written by a newer Parquetry: its schema is 99/
    expectClear(
      catchError(() => later.auth.hasKeys()),
      path,
      message,
    )
    expectClear(
      catchError(() => openKeyStore(path)),
      path,
      message,
    )
    expectClear(await later.auth.authenticate(bearer(key)).catch((error: unknown) => error), path, message)
    expect(readFileSync(path)).toEqual(before)
  })
})

describe('a file that cannot be used', () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    'is text': (path) => writeFileSync(path, 'These are not the keys. '.repeat(500)),
    'is cut short': (path) => truncateSync(path, 5_000),
    'has its pages overwritten': (path) => {
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0x5a, 4_096))
    },
    'is of another program': (path) => run(path, 'DROP TABLE keys; CREATE TABLE keys (other)'),
    'lacks a table': (path) => run(path, 'DROP TABLE signing_key'),
  }

  it.each(Object.keys(damages))('and %s is refused with the way out, and lets nobody in', async (name) => {
    const { path, add, auth } = createAuthWorld()
    const { key } = add()
    auth.close()
    damages[name]?.(path)
    const later = createAuthWorld({ path })
    expectClear(
      catchError(() => later.auth.hasKeys()),
      path,
      /damaged, or is not a key file of Parquetry/,
    )
    const answer = await later.auth.authenticate(bearer(key)).catch((error: unknown) => error)
    expectClear(answer, path, /damaged/)
    expectClear(
      catchError(() => openKeyStore(path).list()),
      path,
      /damaged/,
    )
  })

  it('is a folder', () => {
    const path = toKeysPath(createFolder())
    mkdirSync(path)
    expectClear(
      catchError(() => openKeyStore(path)),
      path,
      /cannot be opened/,
    )
  })

  it('is taken for new where it is empty', () => {
    const path = toKeysPath(createFolder())
    writeFileSync(path, '')
    const { auth, add } = createAuthWorld({ path })
    expect(auth.hasKeys()).toBe(false)
    add()
    expect(auth.hasKeys()).toBe(true)
  })

  it('is well again as soon as a copy is put back', async () => {
    const world = createAuthWorld()
    const { key } = world.add()
    const good = readFileSync(world.path)
    writeFileSync(world.path, 'no database at all, but long enough to look at'.repeat(100))
    await expect(world.auth.authenticate(bearer(key))).rejects.toThrow('damaged')
    writeFileSync(world.path, good)
    expect(await world.auth.authenticate(bearer(key))).toMatchObject({ ok: true })
  })
})

/** Rights do not bind root: such tests then run as somebody else. */
const nobody = process.getuid?.() === 0 ? 65_534 : undefined

describe.skipIf(isWindows)('a folder that cannot be written', () => {
  const lock = (path: string) => {
    if (nobody !== undefined) {
      for (const name of readdirSync(dirname(path))) chownSync(`${dirname(path)}/${name}`, nobody, nobody)
    }
    chmodSync(dirname(path), 0o555)
  }

  it('has keys neither made nor checked, with the way out', async () => {
    const { path, add, auth } = createAuthWorld()
    const { key } = add()
    auth.close()
    lock(path)
    const child = await startAuthProcess(path, nobody === undefined ? {} : { uid: nobody })
    for (const request of [
      { do: 'create', names: ['a'] },
      { do: 'authenticate', headers: [bearer(key)], times: 1 },
    ] as const) {
      const { error } = (await child.ask(request)) as { error: object }
      expectClear({ name: 'AppError', details: error }, path, /cannot be (opened|written)/)
    }
    chmodSync(dirname(path), 0o755)
  })

  it('has no file made in it', async () => {
    const path = toKeysPath(createFolder())
    lock(path)
    const child = await startAuthProcess(path, nobody === undefined ? {} : { uid: nobody })
    const { error } = (await child.ask({ do: 'create', names: ['a'] })) as { error: object }
    expectClear({ name: 'AppError', details: error }, path, /Cannot open .*permission denied/)
    expect(await child.ask({ do: 'authenticate', headers: ['Bearer a.b.c'], times: 1 })).toEqual({
      unknown: 1,
    })
    chmodSync(dirname(path), 0o755)
  })
})

const hasLimits = !isWindows && execFileSync('bash', ['-c', 'ulimit -f; true']).length > 0

describe('a file that others hold, or a disk that takes no more', () => {
  it('does not keep keys from being checked while another process writes', async () => {
    const { path, add, auth, clock } = createAuthWorld()
    const { key } = add()
    expect(auth.hasKeys()).toBe(true)
    const writer = new DatabaseSync(path)
    writer.exec('BEGIN IMMEDIATE')
    const started = performance.now()
    for (let i = 0; i < 20; i++) {
      clock.ms += 61_000
      expect(await auth.authenticate(bearer(key))).toMatchObject({ ok: true })
    }
    expect(performance.now() - started).toBeLessThan(2_000)
    expectClear(catchError(add), path, /is being written by another process/, 'busy')
    writer.exec('ROLLBACK')
    writer.close()
    expect(add().id).toMatch(/^k_/)
  })

  it.skipIf(!hasLimits)(
    'does not keep keys and tokens from being checked while the disk is full',
    async () => {
      const world = createAuthWorld()
      world.clock.ms = Date.now()
      const { key, id } = world.add()
      const token = await getToken(world, key)
      const holder = openKeyStore(world.path)
      const child = await startAuthProcess(world.path, { before: 'ulimit -f 0' })
      const headers = [bearer(key), bearer(token)]
      expect(await child.ask({ do: 'authenticate', headers, times: 10 })).toEqual({ ok: 20 })
      const { error } = (await child.ask({ do: 'revoke', ids: [id] })) as { error: object }
      expectClear({ name: 'AppError', details: error }, world.path, /the disk is full or fails/)
      expect(await child.ask({ do: 'authenticate', headers, times: 10 })).toEqual({ ok: 20 })
      holder.close()
    },
  )
})
