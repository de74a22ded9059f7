import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { textAttribute, writeAttributes, writeSpans } from './otap-tables.ts'
import { first } from './otap-values.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('otap')
})

afterAll(() => world.close())

describe('an OTAP export that is not all there', () => {
  it('is set aside, naming the file that is incomplete', async () => {
    await writeSpans(world, 'partial/spans/part-1-a.parquet', [{ id: 0, span: first }])
    await world.write('partial/span_attrs/part-2-b.parquet', 'PAR1 and then the copy stopped')
    expect(await world.refusal('partial')).toMatchObject({
      code: 'unreadable_file',
      message: 'Its file partial/span_attrs/part-2-b.parquet is incomplete, or no Parquet file.',
    })
    await world.write('partial/span_attrs/part-2-b.parquet', '')
    expect(await world.refusal('partial')).toMatchObject({ code: 'unreadable_file' })
  })

  it('is set aside while a part has no main table', async () => {
    await writeSpans(world, 'early/spans/_part_id=a/part-1-a.parquet', [{ id: 0, span: first }])
    await writeAttributes(world, 'early/span_attrs/_part_id=b/part-1-a.parquet', [textAttribute(0, 'k', 'v')])
    expect(await world.refusal('early/_part_id=b')).toMatchObject({
      code: 'unreadable_file',
      message: 'It holds no spans and no logs, only tables that belong to them.',
    })
  })

  it('is set aside where values are damaged', async () => {
    await writeSpans(world, 'values/spans/part-1-a.parquet', [{ id: 0, span: first }])
    const path = 'values/span_attrs/part-1-a.parquet'
    const rows = Array.from({ length: 50 }, (_, n) => ({
      parent: 0,
      key: `k${n}`,
      type: 6,
      ser: `9f18${(100 + n).toString(16)}ff`,
    }))
    await writeAttributes(world, path, rows)
    const bytes = await readFile(join(world.exportsDir, path))
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    await world.write(path, bytes.fill(0xff, 4, footer))
    expect(await world.refusal('values')).toMatchObject({
      code: 'unreadable_file',
      message: 'The values of its attributes cannot be read.',
    })
  })

  it('is set aside where a file ends as it should but is damaged within', async () => {
    await writeSpans(world, 'damaged/spans/part-1-a.parquet', [{ id: 0, span: first }])
    await world.write('damaged/span_attrs/part-1-a.parquet', 'PAR1xxxxxxxxxxxxxxPAR1')
    expect(await world.refusal('damaged')).toMatchObject({
      code: 'unreadable_file',
      message: 'The files of its table span_attrs are damaged, or do not agree.',
    })
  })
})
