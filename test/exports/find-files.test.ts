import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findExportFiles } from '../../src/exports/find-files.ts'

let root: string
let folder: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'find-files-'))
  folder = join(root, 'exports')
  await mkdir(folder)
})
afterEach(() => rm(root, { recursive: true }))

async function put(path: string, text = path) {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

const findPaths = () => findExportFiles(folder).map(({ path }) => path)

describe('findExportFiles', () => {
  it('finds the files of all folders in one stable order', async () => {
    const paths = ['b.parquet', 'a/z.parquet', 'a/b/c/deep.parquet', 'a.parquet', 'Z.parquet', 'ä ö.parquet']
    for (const path of paths) await put(path)
    const expected = [
      'Z.parquet',
      'a.parquet',
      'a/b/c/deep.parquet',
      'a/z.parquet',
      'b.parquet',
      'ä ö.parquet',
    ]
    expect(findPaths()).toEqual(expected)
    expect(findPaths()).toEqual(expected)
  })

  it('gives each file its size in bytes and its time of modification in whole milliseconds', async () => {
    await put('a.txt', 'äbc')
    await utimes(join(folder, 'a.txt'), 1_700_000_000.123456, 1_700_000_000.123456)
    expect(findExportFiles(folder)).toEqual([{ path: 'a.txt', size: 4, mtimeMs: 1_700_000_000_123 }])
  })

  it('skips names with a dot or an underscore in front, also those of folders', async () => {
    for (const path of ['.hidden', '_SUCCESS', '.git/a.parquet', 'x/_temporary/b.parquet', 'x/.c.parquet'])
      await put(path)
    await put('x/kept_by_name.parquet')
    await put('x/kept.by.name')
    expect(findPaths()).toEqual(['x/kept.by.name', 'x/kept_by_name.parquet'])
  })

  it('follows a link to a file, also to one outside, with the size of its target', async () => {
    await writeFile(join(root, 'target.parquet'), '123456789')
    await symlink(join(root, 'target.parquet'), join(folder, 'link.parquet'))
    expect(findExportFiles(folder)).toMatchObject([{ path: 'link.parquet', size: 9 }])
  })

  it('passes over links that lead nowhere, in a circle, or to a folder', async () => {
    await symlink(join(root, 'absent'), join(folder, 'broken.parquet'))
    await symlink(join(folder, 'circle.parquet'), join(folder, 'circle.parquet'))
    await symlink(folder, join(folder, 'self'))
    await put('a.parquet')
    expect(findPaths()).toEqual(['a.parquet'])
  })

  it('keeps Hive folders, though they begin with an underscore, and skips copies in progress', async () => {
    await put('spans/_part_id=7/part-1.parquet')
    for (const name of ['a.parquet.part', 'b.tmp', 'c.CRDOWNLOAD', 'd.partial', 'e.download', 'f.filepart'])
      await put(name)
    expect(findPaths()).toEqual(['spans/_part_id=7/part-1.parquet'])
  })

  it('finds nothing in an absent and in an empty folder', () => {
    expect(findPaths()).toEqual([])
    expect(findExportFiles(join(root, 'absent'))).toEqual([])
  })

  it('fails where the drop folder is a file', async () => {
    await writeFile(join(root, 'file'), '')
    expect(() => findExportFiles(join(root, 'file'))).toThrow('ENOTDIR')
  })
})
