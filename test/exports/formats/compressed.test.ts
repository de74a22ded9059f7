import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormatWorld, type FormatWorld } from './format-world.ts'

let world: FormatWorld

beforeAll(async () => {
  world = await createFormatWorld()
})
afterAll(() => world.close())

const lines = Array.from({ length: 20_000 }, (_, i) => `{"a":${i},"b":"${Math.sin(i)}"}\n`).join('')
const rows = Array.from({ length: 20_000 }, (_, i) => ({ a: String(i), b: String(Math.sin(i)) }))

const checked = (content: string) =>
  zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
const skippable = (size: number) => {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x184d2a53, 0)
  header.writeUInt32LE(size, 4)
  return Buffer.concat([header, Buffer.alloc(size, 0xff)])
}
const half = lines.lastIndexOf('\n', lines.length / 2) + 1
const parts = [lines.slice(0, half), lines.slice(half)] as const

describe('a compressed file', () => {
  it.each([
    ['gzip', gzipSync(lines)],
    ['gzip of several members', Buffer.concat(parts.map((part) => gzipSync(part)))],
    ['zstd', zstdCompressSync(lines)],
    ['zstd with a checksum', checked(lines)],
    ['zstd of several frames', Buffer.concat(parts.map((part) => zstdCompressSync(part)))],
    [
      'zstd with frames to be passed over',
      Buffer.concat([zstdCompressSync(parts[0]), skippable(5), checked(parts[1]), skippable(0)]),
    ],
  ])('%s reads as the file itself', async (_, content) => {
    expect(await world.read(content)).toEqual(rows)
  })

  it.each(['x.json.gz', 'x.jsonl', 'x', 'x.zst', 'x[1].json.gz'])(
    'is told by its bytes, not its name %s',
    async (name) => {
      expect(await world.read(gzipSync('{"a":1}\n'), name)).toEqual([{ a: '1' }])
      expect(await world.read(zstdCompressSync('{"a":1}\n'), name)).toEqual([{ a: '1' }])
    },
  )

  it('of repeated bytes, a zstd block of its own kind', async () => {
    const content = `{"a":"${'x'.repeat(1_000_000)}"}`
    const [row] = await world.read(zstdCompressSync(content))
    expect(row).toEqual({ a: 'x'.repeat(1_000_000) })
  })

  it('may be Parquet', async () => {
    const path = join(world.exportsDir, 'p.parquet')
    await world.query(`COPY (SELECT 1 AS a, 'x' AS b) TO '${path}' (FORMAT parquet)`)
    expect(await world.read(gzipSync(await readFile(path)), 'p.parquet.gz')).toEqual([{ a: 1, b: 'x' }])
  })

  it('may be CSV, by the extension before that of the compression', async () => {
    expect(await world.read(gzipSync('a,b\n1,x\n'), 'c.csv.gz')).toEqual([{ a: '1', b: 'x' }])
    expect(await world.read(zstdCompressSync('a\tb\n1\tx\n'), 'c.TSV.zst')).toEqual([{ a: '1', b: 'x' }])
  })

  it('leaves the drop folder as it is', async () => {
    await world.read(gzipSync('{"a":1}\n'), 'same.json.gz')
    expect((await readdir(world.exportsDir)).filter((name) => name.startsWith('same'))).toEqual([
      'same.json.gz',
    ])
  })
})

describe('a compressed file is set aside', () => {
  const cut = 'The compressed file is incomplete: its end is missing.'
  const damaged = 'The compressed file is damaged.'
  const flip = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes)
    copy[at] = 0xff ^ (copy[at] ?? 0)
    return copy
  }
  const gzip = gzipSync(lines)
  const zstd = zstdCompressSync(lines)

  it.each<readonly [string, Buffer, string]>([
    ...[2, 5, 20, 5000, gzip.length - 9, gzip.length - 1].map(
      (length) => [`gzip cut after ${length} bytes`, gzip.subarray(0, length), cut] as const,
    ),
    ...[4, 5, 20, 5000, zstd.length - 1].map(
      (length) => [`zstd cut after ${length} bytes`, zstd.subarray(0, length), cut] as const,
    ),
    ['zstd cut in its second frame', Buffer.concat([zstd, zstd.subarray(0, -5)]), cut],
    ['zstd cut in a frame to be passed over', Buffer.concat([zstd, skippable(9).subarray(0, -2)]), cut],
    ['zstd with something else behind', Buffer.concat([zstd, Buffer.from('something')]), damaged],
    ['gzip with something else behind', Buffer.concat([gzip, Buffer.from('something')]), damaged],
    ['gzip with a wrong check', flip(gzip, gzip.length - 6), damaged],
    ['zstd with a wrong check', flip(checked(lines), checked(lines).length - 2), damaged],
    ['gzip of nothing', gzipSync(''), 'The file is empty.'],
    ['gzip of gzip', gzipSync(gzipSync('{"a":1}')), 'It is in no format that can be read.'],
    [
      'gzip of a cut file',
      gzipSync('{"a":1}\n{"a":'),
      'The file is incomplete: it ends in the middle of a JSON value.',
    ],
  ])('%s', async (_, content, reason) => {
    expect(await world.refuse(content)).toMatchObject({ code: 'unreadable_file', message: reason })
  })
})
