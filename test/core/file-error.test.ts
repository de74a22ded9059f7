import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { toFileError } from '../../src/core/file-error.ts'

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'parquetry-file-error-'))
  writeFileSync(join(root, 'file'), 'x')
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

const failure = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  )

const message = async (run: Promise<unknown>) => toFileError(await failure(run))?.message

describe('what the file system throws', () => {
  test('is an AppError with the path, the reason, the next step and the cause', async () => {
    const path = join(root, 'missing')
    const cause = await failure(readFile(path))
    const error = toFileError(cause)
    expect(error).toBeInstanceOf(AppError)
    expect(error?.cause).toBe(cause)
    expect(error?.details).toEqual({
      code: 'unreadable_file',
      message: `Cannot open ${path}: there is no such file or folder.`,
      next: 'Check the path, or create the folder.',
    })
  })

  test('says what was tried', async () => {
    const below = join(root, 'file', 'below')
    const reason = 'a part of the path is not a folder.'
    expect(await message(writeFile(below, 'x'))).toBe(`Cannot open ${below}: ${reason}`)
    expect(await message(mkdir(below))).toBe(`Cannot create ${below}: ${reason}`)
    expect(await message(readdir(join(root, 'file')))).toBe(`Cannot read ${join(root, 'file')}: ${reason}`)
    expect(await message(rename(join(root, 'a'), join(root, 'b')))).toBe(
      `Cannot rename ${join(root, 'a')}: there is no such file or folder.`,
    )
  })

  test('a name with controls is escaped', async () => {
    expect(await message(open(join(root, 'a\u001b[2J\nb')))).toContain('a\\u001b[2J\\nb: there is no')
  })
})

test.each([
  ['EACCES', 'mkdir', 'Cannot create /data/lake: permission denied.'],
  ['EPERM', 'unlink', 'Cannot remove /data/lake: permission denied.'],
  ['ENOSPC', 'write', 'Cannot write /data/lake: no space is left on the disk.'],
  ['EROFS', 'open', 'Cannot open /data/lake: the file system is read-only.'],
  ['EMFILE', 'scandir', 'Cannot read /data/lake: too many files are open.'],
])('%s', (code, syscall, wanted) => {
  const error = toFileError(Object.assign(new Error('secret'), { code, syscall, path: '/data/lake' }))
  expect(error?.message).toBe(wanted)
  expect(error?.details.next).toMatch(/^[A-Z].*\.$/)
})

test('a write to an open file has no path', () => {
  const error = toFileError(Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write' }))
  expect(error?.message).toBe('Cannot write a file: no space is left on the disk.')
})

test.each([
  new Error('x'),
  Object.assign(new Error('x'), { code: 'ECONNRESET' }),
  Object.assign(new Error('x'), { code: 'constructor' }),
  { code: 'EACCES' },
  'EACCES',
  undefined,
  null,
])('%s is none of its business', (error) => expect(toFileError(error)).toBeUndefined())
