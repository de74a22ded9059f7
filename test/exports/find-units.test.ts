import { describe, expect, it } from 'vitest'
import type { ExportFile } from '../../src/exports/find-files.ts'
import { type ExportUnit, toUnitKey, toUnits } from '../../src/exports/find-units.ts'

const toFile = (path: string, size = 10, mtimeMs = 1_000): ExportFile => ({ path, size, mtimeMs })
const find = (...paths: readonly string[]) => toUnits(paths.map((path) => toFile(path)))

/** Each unit as its path, its files and its companions. */
const describeUnits = (units: readonly ExportUnit[]) =>
  units.map(({ path, files, meta, mapping, isFolder }) => ({
    path,
    files: files.map((file) => file.path),
    ...(meta && { meta: meta.path }),
    ...(mapping && { mapping: mapping.path }),
    ...(isFolder && { isFolder }),
  }))

const alone = (path: string) => ({ path, files: [path] })

describe('units of the drop folder', () => {
  it('are files by themselves, sorted by path', () => {
    expect(describeUnits(find('b.parquet', 'a/c.json', 'a.csv'))).toEqual([
      alone('a.csv'),
      alone('a/c.json'),
      alone('b.parquet'),
    ])
    expect(find()).toEqual([])
  })

  it('are folders of tables, whose files are no units', () => {
    const files = ['x/spans/part-1-a.parquet', 'x/span_attrs/part-1-b.parquet']
    expect(describeUnits(find('w.parquet', ...files, 'y.parquet'))).toEqual([
      alone('w.parquet'),
      { path: 'x', files, isFolder: true },
      alone('y.parquet'),
    ])
  })

  it('have the size of all their files, and the time of the newest', () => {
    const files = [
      toFile('data.parquet', 10, 5_000),
      toFile('meta.json', 3, 9_000),
      toFile('mapping.yaml', 4, 7_000),
    ]
    expect(toUnits(files)).toMatchObject([{ path: 'data.parquet', size: 17, mtimeMs: 9_000 }])
  })
})

describe('a description', () => {
  it('belongs to the file that it describes', () => {
    expect(
      describeUnits(find('t/b1/data.parquet', 't/b1/meta.json', 'x-data.parquet', 'x-meta.json')),
    ).toEqual([
      { ...alone('t/b1/data.parquet'), meta: 't/b1/meta.json' },
      { ...alone('x-data.parquet'), meta: 'x-meta.json' },
    ])
  })

  it('of nothing is a file like any other', () => {
    expect(describeUnits(find('meta.json', 'other/data.parquet', 'y-meta.json'))).toEqual([
      alone('meta.json'),
      alone('other/data.parquet'),
      alone('y-meta.json'),
    ])
  })

  it('hides the helper files of its block only', () => {
    const helpers = ['bloom-0', 'bloom-12', 'index', 'nonces', 'meta.compacted.json']
    const paths = helpers.map((name) => `b/${name}`)
    expect(describeUnits(find('b/data.parquet', 'b/meta.json', ...paths))).toEqual([
      { ...alone('b/data.parquet'), meta: 'b/meta.json' },
    ])
    expect(describeUnits(find('b/data.parquet', ...paths)).map(({ path }) => path)).toEqual([
      'b/bloom-0',
      'b/bloom-12',
      'b/data.parquet',
      'b/index',
      'b/meta.compacted.json',
      'b/nonces',
    ])
  })

  it('leaves other files of the block be', () => {
    expect(describeUnits(find('b/data.parquet', 'b/meta.json', 'b/indexes.csv', 'c/index'))).toEqual([
      { ...alone('b/data.parquet'), meta: 'b/meta.json' },
      alone('b/indexes.csv'),
      alone('c/index'),
    ])
  })
})

describe('a mapping', () => {
  it('belongs to every file beside it that begins with its name', () => {
    const mapping = 'in/calls.mapping.yaml'
    expect(
      describeUnits(find('in/calls-1.parquet', 'in/calls-2.csv', mapping, 'calls-3.parquet', 'in/other.csv')),
    ).toEqual([
      alone('calls-3.parquet'),
      { ...alone('in/calls-1.parquet'), mapping },
      { ...alone('in/calls-2.csv'), mapping },
      alone('in/other.csv'),
    ])
  })

  it('without a name belongs to every file beside it, but for those that have one of their own', () => {
    const [all, own] = ['mapping.yml', 'calls.mapping.yaml']
    expect(describeUnits(find(all, own, 'calls-1.csv', 'chats.csv'))).toEqual([
      { ...alone('calls-1.csv'), mapping: own },
      { ...alone('chats.csv'), mapping: all },
    ])
  })

  it('with the longest name wins', () => {
    const [long, short] = ['calls-eu.mapping.yaml', 'calls.mapping.yaml']
    expect(describeUnits(find(short, long, 'calls-eu-1.csv', 'calls-us-1.csv'))).toEqual([
      { ...alone('calls-eu-1.csv'), mapping: long },
      { ...alone('calls-us-1.csv'), mapping: short },
    ])
  })

  it('stands beside a description', () => {
    expect(describeUnits(find('data.parquet', 'meta.json', 'data.mapping.yaml'))).toEqual([
      { ...alone('data.parquet'), meta: 'meta.json', mapping: 'data.mapping.yaml' },
    ])
  })

  it('that fits no file is a unit without files', () => {
    expect(describeUnits(find('calls.mapping.yaml', 'chats.csv'))).toEqual([
      { path: 'calls.mapping.yaml', files: [], mapping: 'calls.mapping.yaml' },
      alone('chats.csv'),
    ])
  })

  it('that loses every file to others is one too', () => {
    expect(describeUnits(find('a.mapping.yaml', 'ab.mapping.yaml', 'ab.csv'))).toEqual([
      { path: 'a.mapping.yaml', files: [], mapping: 'a.mapping.yaml' },
      { ...alone('ab.csv'), mapping: 'ab.mapping.yaml' },
    ])
  })
})

describe('a stamp', () => {
  const stampOf = (path: string, files: readonly ExportFile[]) => {
    const unit = toUnits(files).find((candidate) => candidate.path === path)
    if (!unit) throw new Error(`no unit ${path}`)
    return unit.stamp
  }
  const data = toFile('data.parquet')
  const [meta, mapping] = [toFile('meta.json'), toFile('mapping.yaml')]

  it('stays while nothing changes, in whatever order files are listed', () => {
    const stamp = stampOf('data.parquet', [data, meta, mapping])
    expect(stampOf('data.parquet', [mapping, meta, data])).toBe(stamp)
    expect(stampOf('data.parquet', [data, meta, mapping, toFile('z.csv')].slice(0, 3))).toBe(stamp)
  })

  it.each([
    ['the file', [toFile('data.parquet', 11), meta, mapping]],
    ['the time of the file', [toFile('data.parquet', 10, 1_001), meta, mapping]],
    ['the description', [data, toFile('meta.json', 10, 1_001), mapping]],
    ['the mapping', [data, meta, toFile('mapping.yaml', 12)]],
    ['the mapping’s name', [data, meta, toFile('data.mapping.yaml')]],
  ])('changes with %s', (_, files) => {
    expect(stampOf('data.parquet', files)).not.toBe(stampOf('data.parquet', [data, meta, mapping]))
  })

  it('changes when a companion comes or goes', () => {
    const stamps = [[data], [data, meta], [data, mapping], [data, meta, mapping]].map((files) =>
      stampOf('data.parquet', files),
    )
    expect(new Set(stamps).size).toBe(4)
  })

  it('of a folder changes with each of its files', () => {
    const folder = (...rest: readonly ExportFile[]) =>
      stampOf('x', [toFile('x/spans/p.parquet'), toFile('x/span_attrs/p.parquet'), ...rest])
    expect(folder()).toBe(folder())
    expect(folder(toFile('x/spans/q.parquet'))).not.toBe(folder())
    expect(stampOf('x', [toFile('x/spans/p.parquet'), toFile('x/span_attrs/p.parquet', 10, 1_001)])).not.toBe(
      folder(),
    )
  })

  it('and the path tell a unit from any other', () => {
    const [a, b] = toUnits([toFile('a.csv'), toFile('b.csv')])
    expect(a && b && toUnitKey(a) !== toUnitKey(b)).toBe(true)
  })
})
