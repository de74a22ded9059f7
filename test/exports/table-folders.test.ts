import { describe, expect, it } from 'vitest'
import type { ExportFile } from '../../src/exports/find-files.ts'
import { findTableFolders } from '../../src/exports/table-folders.ts'

const toFile = (path: string): ExportFile => ({ path, size: 1, mtimeMs: 1 })

/** Path → paths of its files. */
const find = (...paths: readonly string[]) =>
  Object.fromEntries(
    findTableFolders(paths.map(toFile)).map(({ path, files }) => [path, files.map((file) => file.path)]),
  )

describe('folders of tables', () => {
  it('are one export without parts', () => {
    const files = [
      'day/spans/part-1-a.parquet',
      'day/spans/part-2-b.parquet',
      'day/span_attrs/part-1-c.parquet',
      'day/resource_attrs/part-1-d.parquet',
    ]
    expect(find(...files)).toEqual({ day: files })
  })

  it('are one export for each part', () => {
    const files = [
      'otap/spans/_part_id=1f/part-1-a.parquet',
      'otap/spans/_part_id=2f/part-1-b.parquet',
      'otap/logs/_part_id=1f/part-1-c.parquet',
      'otap/span_attrs/_part_id=2f/part-1-d.parquet',
      'otap/resource_attrs/_part_id=1f/part-1-e.parquet',
    ]
    expect(find(...files)).toEqual({
      'otap/_part_id=1f': [files[0], files[2], files[4]],
      'otap/_part_id=2f': [files[1], files[3]],
    })
  })

  it('know their part among other partitions', () => {
    const files = [
      'x/logs/tenant=a/_part_id=1f/part-1-a.parquet',
      'x/log_attrs/tenant=a/_part_id=1f/part-1-b.parquet',
      'x/log_attrs/tenant=a/part-1-b.parquet',
    ]
    expect(find(...files)).toEqual({ 'x/_part_id=1f': files.slice(0, 2), x: files.slice(2) })
  })

  it('are told apart by their folders', () => {
    const [a, b] = [
      ['a/spans/p.parquet', 'a/span_events/p.parquet'],
      ['b/c/logs/p.parquet', 'b/c/log_attrs/p.parquet'],
    ]
    expect(find(...a, ...b)).toEqual({ a, 'b/c': b })
  })

  it('have a name at the top of the drop folder too', () => {
    expect(find('spans/p.parquet', 'span_attrs/p.parquet')).toEqual({
      spans: ['spans/p.parquet', 'span_attrs/p.parquet'],
    })
    expect(find('logs/p.parquet', 'log_attrs/p.parquet')).toEqual({
      logs: ['logs/p.parquet', 'log_attrs/p.parquet'],
    })
    expect(find('spans/_part_id=1f/p.parquet', 'span_attrs/_part_id=1f/p.parquet')).toEqual({
      '_part_id=1f': ['spans/_part_id=1f/p.parquet', 'span_attrs/_part_id=1f/p.parquet'],
    })
  })

  it('keep a part whose main table is yet to come', () => {
    const files = ['x/spans/_part_id=1/p.parquet', 'x/span_attrs/_part_id=2/p.parquet']
    expect(Object.keys(find(...files))).toEqual(['x/_part_id=1', 'x/_part_id=2'])
  })

  it.each([
    ['spans alone', ['spans/a.parquet', 'spans/b.parquet']],
    ['spans and logs', ['mine/spans/a.parquet', 'mine/logs/a.parquet']],
    ['tables of another folder', ['mine/spans/a.parquet', 'other/span_attrs/a.parquet']],
    ['side tables alone', ['x/span_attrs/a.parquet', 'x/resource_attrs/a.parquet']],
    ['files of another format', ['x/spans/a.json', 'x/span_attrs/a.parquet']],
    ['folders in between', ['x/spans/2026/a.parquet', 'x/span_attrs/2026/a.parquet']],
    ['names that only resemble', ['x/my_spans/a.parquet', 'x/span_attrs2/a.parquet', 'x/Spans/a.parquet']],
    ['files of those names', ['x/spans.parquet', 'x/span_attrs.parquet', 'spans', 'span_attrs']],
    ['nothing', []],
  ])('are not %s', (_, files) => {
    expect(find(...files)).toEqual({})
  })

  it('leave alone what else lies in the folder', () => {
    const files = ['x/spans/p.parquet', 'x/span_attrs/p.parquet']
    expect(find(...files, 'x/readme.md', 'x/number_data_points/p.parquet', 'x/spans/p.parquet.bak')).toEqual({
      x: files,
    })
  })
})
