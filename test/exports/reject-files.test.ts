import { mkdir, readFile, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toRefusedFile } from '../../src/exports/open-export.ts'
import type { RejectedFile } from '../../src/lake/manifest.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('reject-files')
})
afterEach(() => world.close())

const start = at('2026-05-01T10:00:00Z')

/** Spans whose texts compress badly, so that each column has pages of some size. */
const spans = (from: number, count = 300): readonly SpanRow[] =>
  Array.from({ length: count }, (_, i) => ({
    traceId: traceId(from + i),
    spanId: spanId(i),
    ns: start + BigInt(i),
    name: Math.sin(from + i).toString(36),
    attributes: { noise: Math.cos(from + i).toString(36) },
  }))

const whole = (path: string) => join(world.exportsDir, path)

/** Imports, and gives what was set aside; the good file beside it must be loaded every time. */
async function importWithGood(): Promise<readonly RejectedFile[]> {
  await world.spans('good.parquet', spans(5000, 7))
  const { manifest } = await world.sync()
  expect(manifest.sources.map(({ path, rows }) => [path, rows])).toContainEqual(['good.parquet', 7])
  expect(manifest.partitions.find(({ table }) => table === 'traces')).toMatchObject({ rows: 7 })
  return manifest.rejected
}

async function flip(path: string, from: number, count: number) {
  const bytes = await readFile(whole(path))
  for (let i = from; i < from + count; i++) bytes[i] = 0xff ^ (bytes[i] ?? 0)
  await writeFile(whole(path), bytes)
}

/** Where the pages of one column lie in a file. */
async function findPages(path: string, column: string): Promise<Readonly<{ from: number; count: number }>> {
  const [chunk] = await world.query(
    `SELECT least(coalesce(dictionary_page_offset, data_page_offset), data_page_offset) AS start, total_compressed_size AS size
FROM parquet_metadata('${whole(path)}') WHERE path_in_schema LIKE '${column}%' ORDER BY column_id DESC LIMIT 1`,
  )
  return { from: Number(chunk?.['start']), count: Number(chunk?.['size']) }
}

describe('a file that cannot be read is set aside with its reason while the rest loads', () => {
  it('an empty file', async () => {
    await writeFile(whole('bad.parquet'), '')
    expect(await importWithGood()).toMatchObject([
      { path: 'bad.parquet', reason: 'The file is empty.', next: 'Copy it again.' },
    ])
  })

  it('a text file under the name of a Parquet file', async () => {
    await writeFile(whole('bad.parquet'), 'TraceId,SpanId\n1,2\n')
    await writeFile(whole('short.parquet'), 'x')
    const wrong = {
      reason: 'It is in no format that can be read.',
      next: expect.stringMatching(
        /^Readable are files of these formats, .*Parquet.*CSV.*JSON.*OTLP protobuf/,
      ),
    }
    expect(await importWithGood()).toMatchObject([
      { path: 'bad.parquet', ...wrong },
      { path: 'short.parquet', ...wrong },
    ])
  })

  it.each([4, 8, 11, 5000, -1])('a file cut after %i bytes', async (length) => {
    await world.spans('bad.parquet', spans(0))
    const { length: size } = await readFile(whole('bad.parquet'))
    await truncate(whole('bad.parquet'), length < 0 ? size + length : length)
    expect(await importWithGood()).toMatchObject([
      {
        path: 'bad.parquet',
        reason: 'The file is incomplete: its end is missing.',
        next: 'Wait for the copy to end, or copy it again.',
      },
    ])
  })

  it('the magic and nothing else', async () => {
    await writeFile(whole('bad.parquet'), 'PAR1PAR1PAR1PAR1')
    expect(await importWithGood()).toMatchObject([
      { path: 'bad.parquet', reason: 'The Parquet file is damaged: its footer cannot be read.' },
    ])
  })

  it('a damaged footer', async () => {
    await world.spans('bad.parquet', spans(0))
    const { length } = await readFile(whole('bad.parquet'))
    await flip('bad.parquet', length - 400, 390)
    expect(await importWithGood()).toMatchObject([
      {
        path: 'bad.parquet',
        reason: 'The Parquet file is damaged: its footer cannot be read.',
        next: 'Export or copy it again.',
      },
    ])
  })

  it.each(['TraceId', 'SpanName', 'SpanAttributes'])('damaged pages of %s', async (column) => {
    await world.spans('bad.parquet', spans(0))
    const { from, count } = await findPages('bad.parquet', column)
    expect(count).toBeGreaterThan(100)
    await flip('bad.parquet', from, count)
    const rejected = await importWithGood()
    expect(rejected).toMatchObject([{ path: 'bad.parquet', next: 'Export or copy it again.' }])
    expect(rejected[0]?.reason).toMatch(/Its rows cannot be read: the file is damaged/)
  })

  it('several files whose damage shows one after the other', async () => {
    for (const [i, path] of ['a.parquet', 'b.parquet', 'c/d.parquet'].entries()) {
      await world.spans(path, spans(i * 1000))
      const { from, count } = await findPages(path, 'SpanAttributes')
      await flip(path, from, count)
    }
    expect((await importWithGood()).map(({ path }) => path)).toEqual([
      'a.parquet',
      'b.parquet',
      'c/d.parquet',
    ])
  })

  it('Parquet of a foreign layout, with the names of its columns', async () => {
    await world.query(`COPY (SELECT 1 AS lemons, 2 AS pears) TO '${whole('bad.parquet')}' (FORMAT parquet)`)
    const [rejected] = await importWithGood()
    expect(rejected?.reason).toBe('Its columns are of no known layout: lemons, pears.')
    expect(rejected?.next).toMatch(/^Readable are: .*otel_traces.*otel_logs.*mapping file/)
  })

  it('any number of files whose rows fail when they are read', { timeout: 120_000 }, async () => {
    const log = { ns: start, body: 'x' }
    for (let i = 0; i < 12; i++) {
      await world.logs(`body-${i}.parquet`, [log], { Body: "'\\xFF\\xFE'::BLOB" })
      await world.spans(`bytes-${i}.parquet`, spans(i * 10, 3), {
        SpanName: "'\\xFF\\xFE'::BLOB",
      })
    }
    const rejected = await importWithGood()
    expect(rejected).toHaveLength(24)
    for (const { reason } of rejected) expect(reason).toMatch(/^Its rows cannot be read/)
    expect(await world.sync()).toMatchObject({ state: 'current' })
  })

  it('a file whose unreadable values speak of a full disk', async () => {
    for (const [i, words] of [
      'No space left on device',
      'File too large',
      'max_temp_directory_size',
    ].entries())
      await world.spans(`words-${i}.parquet`, spans(i * 10, 3), {
        SpanName: `'IO Error: "x": ${words} \\xFF\\xFE'::BLOB`,
      })
    expect((await importWithGood()).map(({ reason }) => reason)).toEqual(
      Array(3).fill(expect.stringMatching(/^Its rows cannot be read/)),
    )
  })

  it('a link that leads out of the drop folder, and not one that stays in it', async () => {
    await mkdir(whole('sub'))
    await world.spans('sub/inside.parquet', spans(0, 3))
    const outside = join(world.root, 'outside.parquet')
    await writeFile(outside, await readFile(whole('sub/inside.parquet')))
    await symlink(outside, whole('out.parquet'))
    await symlink(whole('sub/inside.parquet'), whole('in.parquet'))
    const { manifest } = await world.sync()
    expect(manifest.sources.map(({ path }) => path)).toEqual(['in.parquet', 'sub/inside.parquet'])
    expect(manifest.rejected).toMatchObject([
      {
        path: 'out.parquet',
        reason: 'It is a link to a file outside the drop folder.',
        next: 'Copy the file itself into the drop folder.',
      },
    ])
  })

  it.each(['EACCES', 'EPERM'])('a file that the operating system refuses with %s', (code) => {
    const refused = toRefusedFile(Object.assign(new Error(code), { code }))
    expect(refused).toMatchObject({
      details: { code: 'unreadable_file', message: 'It cannot be read: permission denied.' },
    })
  })

  it('other kinds of files', async () => {
    await mkdir(whole('notes'))
    await writeFile(whole('notes/readme.md'), '# Hello')
    await writeFile(whole('lemons.json'), '{"lemons": 1, "pears": [2]}')
    await writeFile(whole('lemons.csv'), 'lemons,pears\n1,2\n')
    await writeFile(whole('cut.json'), '{"lemons": 1, "pe')
    await writeFile(whole('no-extension'), 'PAR1')
    const rejected = await importWithGood()
    const foreign = 'Its columns are of no known layout: lemons, pears.'
    expect(rejected.map(({ path, reason }) => [path, reason])).toEqual([
      ['cut.json', 'The file is incomplete: it ends in the middle of a JSON value.'],
      ['lemons.csv', foreign],
      ['lemons.json', foreign],
      ['no-extension', 'The file is incomplete: its end is missing.'],
      ['notes/readme.md', 'It is in no format that can be read.'],
    ])
  })

  it('is read once it is whole, and leaves the list when it is removed', async () => {
    await writeFile(whole('late.parquet'), '')
    await writeFile(whole('junk.txt'), 'x')
    expect(await importWithGood()).toHaveLength(2)
    await world.spans('late.parquet', spans(0, 3))
    const { manifest } = await world.sync()
    expect(manifest.rejected.map(({ path }) => path)).toEqual(['junk.txt'])
    expect(manifest.partitions.find(({ table }) => table === 'spans')).toMatchObject({ rows: 10 })
  })

  it('reads an extension in capitals', async () => {
    await world.spans('LOUD.PARQUET', spans(0, 3))
    const { manifest } = await world.sync()
    expect(manifest.sources).toMatchObject([{ path: 'LOUD.PARQUET', rows: 3 }])
  })

  it('a file that was good, once it turns out to be damaged later under the same size and time', async () => {
    const setTime = () => utimes(whole('rotten.parquet'), 1_700_000_000, 1_700_000_000)
    await world.spans('rotten.parquet', spans(0))
    await setTime()
    await world.sync()
    const { size } = await stat(whole('rotten.parquet'))
    await writeFile(whole('rotten.parquet'), Buffer.alloc(size, 'x'))
    await setTime()
    expect(await world.sync()).toMatchObject({ state: 'current' })
    const rejected = await importWithGood()
    expect(rejected).toMatchObject([{ path: 'rotten.parquet' }])
  })
})
