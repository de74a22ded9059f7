import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentInteraction } from '../../src/catalog/services/agent-interaction.ts'
import { spans } from '../../src/catalog/services/telemetry.ts'
import type { Row } from '../../src/engine/engine.ts'
import type { LakeSnapshot } from '../../src/lake/lake-snapshot.ts'
import { type Attributes, at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, toSnapshot } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('found-attributes')
})
afterEach(() => world.close())

const dayNs = 86_400_000_000_000n

/** Imports one agent leg per set of attributes; `days` puts list `i` on day `i`. */
async function importDays(days: readonly (readonly Attributes[])[]): Promise<LakeSnapshot> {
  let n = 0
  const rows = days.flatMap((sets, day) =>
    sets.map((attributes) => ({
      traceId: traceId(++n),
      spanId: spanId(n),
      ns: at('2026-05-01T10:00:00Z') + BigInt(day) * dayNs + BigInt(n),
      name: 'cx.interaction.agent',
      attributes,
      resource: { 'host.cores': String(day + 4) },
    })),
  )
  await world.spans('a.parquet', rows)
  return toSnapshot((await world.sync()).manifest, world.lakeDir)
}

const known = new Set(agentInteraction.columns.map(({ path }) => path))

const foundTypes = (snapshot: LakeSnapshot) =>
  Object.fromEntries(
    snapshot
      .columns(agentInteraction)
      .filter(({ path }) => !known.has(path))
      .map(({ path, type }) => [path, type]),
  )

const read = (snapshot: LakeSnapshot): Promise<readonly Row[]> =>
  world.query(`FROM (${snapshot.relation(agentInteraction)}) ORDER BY "timestamp"`)

/** The type of a column whose values are these, and the values as the relation gives them. */
async function importValues(values: readonly string[]) {
  const snapshot = await importDays([values.map((value) => ({ x: value }))])
  const rows = await read(snapshot)
  return { type: foundTypes(snapshot)['Attributes.x'], values: rows.map((row) => row['attributes_x']) }
}

describe('an attribute that the catalog does not know', () => {
  it.each([
    ['integer', ['0', '7', '-12', '999999999999999999'], [0, 7, -12, '999999999999999999']],
    ['double', ['1', '2.5', '-0.125', '1e3', '1.5E-2'], [1, 2.5, -0.125, 1000, 0.015]],
    ['boolean', ['true', 'false', 'true'], [true, false, true]],
  ])('is of type %s when each value is', async (type, values, expected) => {
    expect(await importValues(values)).toEqual({ type, values: expected })
  })

  it.each([
    ['leading zeros', ['007', '008']],
    ['a sign in front, like a phone number', ['+4930123456', '+4930123457']],
    ['25 digits', ['1234567890123456789012345', '5']],
    ['19 digits', ['9223372036854775808', '5']],
    ['more digits than a double holds', ['0.12345678901234567890', '1.5']],
    ['a minus before zero', ['-0', '5', 'x']],
    ['exponents beyond a double', ['1e400', '5']],
    ['blanks around', [' 5', '6 ']],
    ['hexadecimal digits', ['0x1F', '0x20']],
    ['NaN and infinities', ['NaN', 'Infinity', '1.5']],
    ['numbers and words', ['1', 'two']],
    ['numbers and booleans', ['1', 'true']],
    ['booleans in capitals', ['True', 'FALSE']],
    ['one and nought', ['1', '0', 't']],
    ['underscores', ['1_000', '2_000']],
    ['times', ['2026-05-01T00:00:00Z', '2026-05-02T00:00:00Z']],
  ])('stays text, unchanged, with %s', async (_, values) => {
    expect(await importValues(values)).toEqual({ type: 'string', values })
  })

  it('keeps every integer and decimal to the last digit', async () => {
    const values = ['-999999999999999999', '123456789012345678', '-1']
    const { type, values: found } = await importValues(values)
    expect(type).toBe('integer')
    expect(found.map(String)).toEqual(values)
  })

  it('may have any name', async () => {
    const attributes = {
      'with "double" quotes': '1',
      "with 'single' quotes": '2',
      'with spaces and.dots': '3',
      größe: '4',
      日本語: '5',
      "'); DROP TABLE day_spans; --": '6',
      camelCaseName: '7',
      '%s {} [0] $x ?': '8',
    }
    const snapshot = await importDays([[attributes, attributes]])
    const [row] = await read(snapshot)
    const columns = snapshot
      .columns(agentInteraction)
      .filter(({ path }) => !known.has(path) && path.startsWith('Attributes.'))
    expect(columns.map(({ path }) => path.slice('Attributes.'.length)).sort()).toEqual(
      Object.keys(attributes).sort(),
    )
    for (const { path, name } of columns)
      expect(String(row?.[name]), path).toBe(
        attributes[path.slice('Attributes.'.length) as keyof typeof attributes],
      )
    expect(row?.['attributes']).toEqual({})
  })

  it('with NUL in its key, or with a key of more than 500 characters, stays in the map', async () => {
    const longest = 'k'.repeat(500)
    const attributes = { 'a\0b': '1', '\0': '2', [`${longest}k`]: '3', [longest]: '4', plain: '5' }
    const snapshot = await importDays([[attributes]])
    const [row] = await read(snapshot)
    expect(row?.['attributes']).toEqual({ 'a\0b': '1', '\0': '2', [`${longest}k`]: '3' })
    for (const service of [agentInteraction, spans]) {
      const found = snapshot.attributes(service).map(({ path }) => path)
      expect(found.filter((path) => path.startsWith('Attributes.')).sort(), service.name).toEqual([
        `Attributes.${longest}`,
        'Attributes.plain',
      ])
    }
  })

  it('of the resource becomes a column too', async () => {
    const snapshot = await importDays([[{}], [{}]])
    expect(foundTypes(snapshot)).toEqual({ 'ResourceAttributes.host.cores': 'integer' })
    expect((await read(snapshot)).map((row) => row['resource_attributes_host_cores'])).toEqual([4, 5])
  })

  it('that the catalog knows is not found a second time', async () => {
    const snapshot = await importDays([[{ 'cx.queue.name': 'a', 'cx.webrtc.audio.mos_score': '4' }]])
    expect(Object.keys(foundTypes(snapshot))).toEqual(['ResourceAttributes.host.cores'])
  })
})

describe('an attribute of few rows', () => {
  const legs = (count: number, rare: number): readonly Attributes[] =>
    Array.from({ length: count }, (_, i) => (i < rare ? { rare: String(i), all: '1' } : { all: '1' }))

  it('below one in a hundred stays in the map and is listed as rare', async () => {
    const snapshot = await importDays([legs(301, 3)])
    expect(foundTypes(snapshot)).toEqual({
      'Attributes.all': 'integer',
      'ResourceAttributes.host.cores': 'integer',
    })
    expect(snapshot.rareColumns(agentInteraction)).toMatchObject([
      { path: 'Attributes.rare', name: 'attributes_rare', type: 'integer' },
    ])
    const rows = await world.query(
      `SELECT attributes['rare'] AS rare FROM (${snapshot.relation(agentInteraction)}) WHERE rare IS NOT NULL ORDER BY rare`,
    )
    expect(rows.map(({ rare }) => rare)).toEqual(['0', '1', '2'])
  })

  it('from one in a hundred on is a column', async () => {
    const snapshot = await importDays([legs(300, 3)])
    expect(foundTypes(snapshot)['Attributes.rare']).toBe('integer')
    expect(snapshot.rareColumns(agentInteraction)).toEqual([])
  })

  it('on one day and of many on another is one column over both', async () => {
    const snapshot = await importDays([legs(200, 1), legs(3, 3)])
    const rows = await read(snapshot)
    expect(
      rows.filter((row) => row['attributes_rare'] !== null).map((row) => row['attributes_rare']),
    ).toEqual([0, 0, 1, 2])
    expect(snapshot.attributes(agentInteraction).find(({ path }) => path === 'Attributes.rare')?.rows).toBe(4)
  })
})

describe('two attributes with one column name', () => {
  it('the more frequent one becomes the column, the other stays reachable', async () => {
    const snapshot = await importDays([
      [{ 'a.b': '1', a_b: 'x' }, { 'a.b': '2' }, { 'a.b': '3', 'A.B': 'y' }],
    ])
    expect(foundTypes(snapshot)).toMatchObject({ 'Attributes.a.b': 'integer' })
    expect(
      snapshot
        .rareColumns(agentInteraction)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['Attributes.A.B', 'Attributes.a_b'])
    expect((await read(snapshot)).map((row) => row['attributes_a_b'])).toEqual([1, 2, 3])
  })

  it('also when each wins on a day of its own', async () => {
    const snapshot = await importDays([
      [{ 'a.b': '1' }, { 'a.b': '2' }, { 'a.b': '3' }],
      [{ a_b: 'x' }, { a_b: 'y', 'a.b': '9' }],
    ])
    expect((await read(snapshot)).map((row) => row['attributes_a_b'])).toEqual([1, 2, 3, null, 9])
  })

  it('a name of the catalog is never taken', async () => {
    const snapshot = await importDays([[{ cx_queue_name: 'mine', 'cx.queue.name': 'real' }]])
    expect((await read(snapshot))[0]?.['attributes_cx_queue_name']).toBe('real')
    expect(snapshot.rareColumns(agentInteraction).map(({ path }) => path)).toEqual([
      'Attributes.cx_queue_name',
    ])
  })
})

describe('types that differ from day to day', () => {
  const days = (...values: readonly string[]) => values.map((value) => [{ x: value }, { x: value }])

  it.each([
    ['integer and double', ['1', '2.5'], 'double', [1, 1, 2.5, 2.5]],
    ['double, then integer', ['2.5', '1'], 'double', [2.5, 2.5, 1, 1]],
    ['integer and text', ['1', 'one'], 'string', ['1', '1', 'one', 'one']],
    ['integer and boolean', ['1', 'true'], 'string', ['1', '1', 'true', 'true']],
    ['all kinds', ['1', '1.50', 'true', 'x'], 'string', ['1', '1', '1.50', '1.50', 'true', 'true', 'x', 'x']],
  ])('become one that holds them all: %s', async (_, values, type, expected) => {
    const snapshot = await importDays(days(...values))
    expect(foundTypes(snapshot)['Attributes.x']).toBe(type)
    expect((await read(snapshot)).map((row) => row['attributes_x'])).toEqual(expected)
  })

  it('and days without the attribute give NULL', async () => {
    const snapshot = await importDays([[{ x: '1' }], [{}], [{ x: '3' }]])
    expect((await read(snapshot)).map((row) => row['attributes_x'])).toEqual([1, null, 3])
  })
})

describe('attributes beyond number', () => {
  it('are remembered to a limit, over all days together', async () => {
    const keys = (day: number) =>
      Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`key.${day}.${i}`, 'x']))
    const snapshot = await importDays([[{ common: '1', ...keys(0) }], [{ common: '2', ...keys(1) }]])
    const found = snapshot.attributes(agentInteraction)
    expect(found).toHaveLength(2000)
    expect(found[0]).toMatchObject({ path: 'Attributes.common', rows: 2 })
    expect(snapshot.schema(agentInteraction).hasUnnamed).toBe(true)
  })

  it('are known to be more, though frequent keys cannot be named', async () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`key.${i}`, 'x']))
    const snapshot = await importDays([[{ 'a\0b': '1', ...keys(2001) }, { 'a\0b': '2' }]])
    expect(snapshot.attributes(agentInteraction).filter(({ rows }) => rows === 1)).toHaveLength(1999)
    expect(snapshot.schema(agentInteraction).hasUnnamed).toBe(true)
  })

  it('are known to be all below the limit', async () => {
    const snapshot = await importDays([[{ a: '1' }]])
    expect(snapshot.schema(agentInteraction).hasUnnamed).toBe(false)
  })
})

describe('the spans of any kind', () => {
  it('keep their attributes in the maps and list them by name', async () => {
    const snapshot = await importDays([[{ a: '1', b: 'x' }, { a: '2' }]])
    expect(snapshot.columns(spans)).toEqual(spans.columns)
    expect(snapshot.rareColumns(spans).map(({ path, type }) => [path, type])).toEqual([
      ['Attributes.a', 'integer'],
      ['ResourceAttributes.host.cores', 'integer'],
      ['Attributes.b', 'string'],
    ])
  })
})
