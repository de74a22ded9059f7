import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { type Batch, exportBatches, textAttribute, writeAttributes, writeSpans } from './otap-tables.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('otap')
})

afterAll(() => world.close())

describe('resources of an export of several batches', () => {
  const services = async (name: string, batches: Parameters<typeof exportBatches>[0], perFile = 1_000) => {
    const { spans, owners, expected } = exportBatches(batches)
    for (let at = 0; at < spans.length; at += perFile) {
      const file = `part-${1_777_000_000_000 + at}-x.parquet`
      await writeSpans(world, `${name}/spans/${file}`, spans.slice(at, at + perFile))
    }
    await writeAttributes(world, `${name}/resource_attrs/part-1-a.parquet`, owners)
    const rows = await world.rows(name)
    return { expected, found: rows.map((row) => row['service_name']) }
  }
  const one = (service: string, spans: number): Batch[number] => ({ service, spans })

  it.each<[string, Parameters<typeof exportBatches>[0]]>([
    [
      'single spans',
      [{ resources: [one('a', 1)] }, { resources: [one('b', 1)] }, { resources: [one('c', 1)] }],
    ],
    ['one resource each', [{ resources: [one('a', 3)] }, { resources: [one('b', 2)] }]],
    [
      'several resources in the last',
      [{ resources: [one('a', 3)] }, { resources: [one('b', 2), one('c', 2), one('d', 1)] }],
    ],
    [
      'several resources in each',
      [{ resources: [one('a', 2), one('b', 3)] }, { resources: [one('c', 2), one('d', 1)] }],
    ],
    [
      'gaps that events leave',
      [
        { resources: [one('a', 2)], events: 9 },
        { resources: [one('b', 2), one('c', 1)], events: 4 },
        { resources: [one('d', 1)] },
      ],
    ],
  ])('finds them for %s', async (name, batches) => {
    const { expected, found } = await services(`batches ${name}`, batches)
    expect(found).toEqual(expected)
  })

  it('finds them in any order of batches, over several files', async () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    const batches = Array.from({ length: 60 }, (_, b) => ({
      resources: Array.from({ length: 1 + random(3) }, (_, r) => one(`s${b}.${r}`, 1 + random(4))),
      events: random(2) * random(12),
    }))
    const { expected, found } = await services('random', batches, 50)
    expect(new Set(expected).size).toBeGreaterThan(100)
    expect(found).toEqual(expected)
  })

  it('does not take the numbers of another batch for those of a resource without attributes', async () => {
    await writeSpans(world, 'none/spans/part-1-a.parquet', [
      { id: 0, resource: 0, span: '0000000000000001' },
      { id: 5, resource: 0, span: '0000000000000002' },
    ])
    await writeAttributes(world, 'none/resource_attrs/part-1-a.parquet', [
      textAttribute(0, 'service.name', 'a'),
    ])
    expect((await world.rows('none')).map((row) => row['service_name'])).toEqual(['a', null])
  })
})
