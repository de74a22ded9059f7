import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toErrorDetails } from '../../src/core/errors.ts'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import { defineStatement, type Engine } from '../../src/engine/engine.ts'

let root: string
let inside: string
let outside: string
let engine: Engine

const run = (sql: string) => engine.run(defineStatement(sql))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parquetry-lock-'))
  inside = join(root, 'lake')
  outside = join(root, 'private')
  await mkdir(inside)
  await mkdir(outside)
  await mkdir(`${inside}-other`)
  await writeFile(join(inside, 'open.csv'), 'a,b\n1,2\n')
  await writeFile(join(outside, 'secret.csv'), 'a,b\nsecret,2\n')
  await writeFile(join(`${inside}-other`, 'secret.csv'), 'a,b\nsecret,2\n')
  engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [inside],
    spillDirectory: join(inside, 'spill'),
    memoryLimitMb: 256,
    timeoutMs: 10_000,
  })
})

afterAll(async () => {
  await engine.close()
  await rm(root, { recursive: true, force: true })
})

/** Refused by the lock, not for another reason such as a missing file. */
async function expectLocked(sql: string) {
  const error = await run(sql).then(
    () => new Error(`it ran: ${sql}`),
    (reason: unknown) => reason as Error,
  )
  expect(error.message).toMatch(/disabled (?:by|through) configuration|configuration has been locked/)
  expect(toErrorDetails(error)).toMatchObject({ code: 'internal' })
  expect(JSON.stringify(toErrorDetails(error))).not.toContain(root)
}

test('the allowed folder is readable', async () => {
  expect(await run(`SELECT * FROM read_csv('${inside}/open.csv')`)).toEqual([{ a: 1, b: 2 }])
})

describe('files elsewhere', () => {
  test.each([
    `SELECT * FROM read_text('/etc/hostname')`,
    `SELECT * FROM read_blob('/etc/passwd')`,
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT * FROM read_parquet('/etc/passwd')`,
    `SELECT * FROM read_json('/etc/passwd')`,
    `SELECT * FROM '/etc/passwd.csv'`,
    `SELECT * FROM glob('/etc/*')`,
    `SELECT * FROM glob('/*')`,
    `SELECT * FROM read_csv(['/etc/passwd'])`,
    `SELECT * FROM read_text('/proc/self/environ')`,
    `SELECT * FROM read_text('file:///etc/hostname')`,
    `SELECT * FROM read_csv('/dev/stdin')`,
  ])('%s', (sql) => expectLocked(sql))

  test('a folder whose name begins like the allowed one', () =>
    expectLocked(`SELECT * FROM read_csv('${inside}-other/secret.csv')`))

  test.each([
    '/../private/secret.csv',
    '/./../private/secret.csv',
    '/x/../../private/secret.csv',
    '/../private/*.csv',
    '//..//private//secret.csv',
  ])('a way out of the allowed folder: %s', (path) =>
    expectLocked(`SELECT * FROM read_csv('${inside}${path}')`),
  )
})

describe('writing elsewhere', () => {
  test.each(['csv', 'parquet', 'json'])('COPY TO %s', async (format) => {
    const target = join(outside, `out.${format}`)
    await expectLocked(`COPY (SELECT 1) TO '${target}' (FORMAT ${format})`)
    await expectLocked(`COPY (SELECT 1) TO '${inside}/../private/out.${format}' (FORMAT ${format})`)
    expect(existsSync(target)).toBe(false)
  })

  test('EXPORT DATABASE, ATTACH', async () => {
    await expectLocked(`EXPORT DATABASE '${outside}/dump'`)
    await expectLocked(`ATTACH '${outside}/new.db' AS other`)
    await expectLocked(`ATTACH '${outside}/new.db' AS other (READ_ONLY)`)
    expect(await readdir(outside)).toEqual(['secret.csv'])
  })
})

describe('the network and extensions', () => {
  test.each([
    `SELECT * FROM read_parquet('https://localhost/a.parquet')`,
    `SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')`,
    `SELECT * FROM read_parquet('s3://bucket/a.parquet')`,
    `SELECT * FROM 'https://localhost/a.parquet'`,
    `INSTALL httpfs`,
    `INSTALL spatial FROM community`,
    `LOAD httpfs`,
    `LOAD '${'/tmp/evil.duckdb_extension'}'`,
  ])('%s', (sql) => expectLocked(sql))
})

describe('the configuration', () => {
  test.each([
    `SET enable_external_access = true`,
    `SET lock_configuration = false`,
    `SET allowed_directories = ['/']`,
    `SET allowed_paths = ['/etc/passwd']`,
    `SET memory_limit = '100GB'`,
    `SET temp_directory = '/tmp/elsewhere'`,
    `SET GLOBAL threads = 64`,
    `SET SESSION TimeZone = 'Asia/Tokyo'`,
    `RESET enable_external_access`,
    `PRAGMA enable_external_access = true`,
    `SET allow_unsigned_extensions = true`,
    `SET autoload_known_extensions = true`,
    `SET custom_extension_repository = 'http://localhost'`,
    `SET home_directory = '/'`,
  ])('%s', async (sql) => {
    await expect(run(sql)).rejects.toThrow(/locked|Cannot|cannot|disabled/)
    const settings = await run(
      `SELECT value FROM duckdb_settings() WHERE name IN ('enable_external_access', 'lock_configuration', 'TimeZone') ORDER BY name`,
    )
    expect(settings.map(({ value }) => value)).toEqual(['UTC', 'false', 'true'])
  })

  test('the environment is out of reach', async () => {
    await expect(run(`SELECT getenv('PATH')`)).rejects.toThrow('does not exist')
    await expect(run(`SELECT * FROM shellfs('ls |')`)).rejects.toThrow('does not exist')
  })
})

test('a database over the network asks for an extension that can not be loaded', async () => {
  await expect(run(`ATTACH 'https://localhost/a.db' AS other`)).rejects.toThrow(
    'requires the extension httpfs',
  )
})

describe('links', () => {
  test('inside the allowed folder do not lead out of it', async () => {
    await symlink(outside, join(inside, 'folder-link'))
    await symlink(join(outside, 'secret.csv'), join(inside, 'file-link.csv'))
    await expectLocked(`SELECT * FROM read_csv('${inside}/folder-link/secret.csv')`)
    await expectLocked(`SELECT * FROM read_csv('${inside}/file-link.csv')`)
    await expectLocked(`COPY (SELECT 1) TO '${inside}/folder-link/out.csv'`)
  })

  test('to the allowed folder are another name of it', async () => {
    const link = join(root, 'lake-link')
    await symlink(inside, link)
    const linked = await createDuckDbEngine({
      path: ':memory:',
      allowedDirectories: [link],
      spillDirectory: join(link, 'spill'),
      memoryLimitMb: 256,
      timeoutMs: 10_000,
    })
    const read = defineStatement(`SELECT * FROM read_csv('${link}/open.csv')`)
    expect(await linked.run(read).finally(() => linked.close())).toEqual([{ a: 1, b: 2 }])
  })
})
