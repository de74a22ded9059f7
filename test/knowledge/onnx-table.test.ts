import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bundledFolder } from '../../src/knowledge/embedding/parse-embedder-name.ts'
import {
  readStaticModel,
  type TokenTable,
  writeStaticModel,
} from '../../src/knowledge/embedding/static/onnx-table.ts'

const seeded = { seed: 1, numRuns: 300 } as const

const tables: fc.Arbitrary<TokenTable> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }))
  .chain(([rows, dimensions]) =>
    fc.record({
      rows: fc.constant(rows),
      dimensions: fc.constant(dimensions),
      bytes: fc.int8Array({ minLength: rows * dimensions, maxLength: rows * dimensions }),
      scales: fc.float32Array({ minLength: rows, maxLength: rows }),
    }),
  )

const small = writeStaticModel({
  rows: 3,
  dimensions: 2,
  bytes: Int8Array.from([1, -2, 3, -4, 127, -128]),
  scales: Float32Array.from([1, 0.5, 0.25]),
})

const toRaw = ({ buffer, byteOffset, byteLength }: Int8Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength)

const isSame = (a: TokenTable, b: TokenTable) =>
  a.rows === b.rows &&
  a.dimensions === b.dimensions &&
  toRaw(a.bytes).equals(toRaw(b.bytes)) &&
  toRaw(a.scales).equals(toRaw(b.scales))

/** Replaces a text by one of the same length wherever it stands, so that all lengths in the message stay right. */
function rename(model: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length)
  return Buffer.from(Buffer.from(model).toString('latin1').replaceAll(from, to), 'latin1')
}

describe('a table that is written and read', () => {
  it('is the same, byte for byte', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const model = writeStaticModel(table)
        const read = readStaticModel(model)
        if (!read) throw new Error('it was not read')
        expect(isSame(read, table)).toBe(true)
        expect(Buffer.from(writeStaticModel(read)).equals(model)).toBe(true)
      }),
      seeded,
    )
  })

  it('is the same when it is a part of a larger buffer, and when the model is', () => {
    const bytes = Int8Array.from([9, 9, 9, 1, -2, 3, -4, 127, -128, 9]).subarray(3, 9)
    const scales = Float32Array.from([9, 1, 0.5, 0.25, 9]).subarray(1, 4)
    expect(Buffer.from(writeStaticModel({ rows: 3, dimensions: 2, bytes, scales })).equals(small)).toBe(true)
    const wide = new Uint8Array(small.length + 8).fill(255)
    wide.set(small, 5)
    expect(readStaticModel(wide.subarray(5, 5 + small.length))).toEqual(readStaticModel(small))
  })

  it('shares no memory with the model', () => {
    const model = Uint8Array.from(small)
    const read = readStaticModel(model)
    model.fill(0)
    expect(read).toEqual(readStaticModel(small))
  })

  it('that ships with Parquetry has a row for each token, with a finite scale', async () => {
    const model = await readFile(join(bundledFolder, 'onnx/model_quantized.onnx'))
    const table = readStaticModel(model)
    const { vocab_size, hidden_size } = JSON.parse(await readFile(join(bundledFolder, 'config.json'), 'utf8'))
    if (!table) throw new Error('it was not read')
    expect([table.rows, table.dimensions]).toEqual([vocab_size, hidden_size])
    expect(table.scales.every((scale) => Number.isFinite(scale) && scale >= 0)).toBe(true)
    const again = readStaticModel(writeStaticModel(table))
    expect(again && isSame(again, table)).toBe(true)
  })
})

describe('bytes that are no such table', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(1_000)],
    ['a page of HTML', Buffer.from('<!doctype html><title>Not found</title>')],
    ['JSON', Buffer.from('{"error":"Entry not found"}')],
    [
      'a pointer of Git LFS',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7936117\n'),
    ],
    ['a model whose table has another name', rename(small, 'table', 'other')],
    ['a model whose scales have another name', rename(small, 'scales', 'zeroes')],
    ['a model with one tensor for both', rename(rename(small, 'scales', 'table2'), 'table2', 'table ')],
    [
      'two models in a row',
      Buffer.concat([small, rename(rename(small, 'table', 'tablo'), 'scales', 'scalos')]),
    ],
    [
      'a table without rows',
      writeStaticModel({ rows: 0, dimensions: 2, bytes: new Int8Array(), scales: new Float32Array() }),
    ],
    [
      'fewer bytes than its size says',
      writeStaticModel({ rows: 2, dimensions: 2, bytes: new Int8Array(3), scales: new Float32Array(2) }),
    ],
    [
      'more bytes than its size says',
      writeStaticModel({ rows: 2, dimensions: 2, bytes: new Int8Array(5), scales: new Float32Array(2) }),
    ],
    [
      'fewer scales than rows',
      writeStaticModel({ rows: 2, dimensions: 2, bytes: new Int8Array(4), scales: new Float32Array(1) }),
    ],
    [
      'a negative size',
      writeStaticModel({ rows: -2, dimensions: -2, bytes: new Int8Array(4), scales: new Float32Array(1) }),
    ],
  ])('%s', (_, bytes) => {
    expect(readStaticModel(bytes)).toBeUndefined()
  })

  it('a model that is cut off anywhere but in front of its last field', () => {
    const lastField = 4
    for (let length = 0; length < small.length; length++) {
      if (length === small.length - lastField) continue
      expect(readStaticModel(small.subarray(0, length)), `${length} bytes`).toBeUndefined()
    }
  })

  it('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readStaticModel(bytes)).toBeUndefined()
      }),
      seeded,
    )
  })

  it('a model with some bytes changed: it is none, or a whole table, and never a crash', () => {
    const change = fc.tuple(fc.nat(small.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const model = Uint8Array.from(small)
        for (const [place, value] of changes) model[place] = value
        const table = readStaticModel(model)
        if (!table) return
        expect(table.rows).toBeGreaterThan(0)
        expect(table.bytes.length).toBe(table.rows * table.dimensions)
        expect(table.scales.length).toBe(table.rows)
      }),
      { ...seeded, numRuns: 3_000 },
    )
  })
})
