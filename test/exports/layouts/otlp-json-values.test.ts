import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../src/engine/engine.ts'
import { spanId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readSpans, span, text, toSnake, tracesOf } from './otlp-json-batches.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('otlp-json')
})

afterAll(() => world.close())

describe('attribute values in OTLP JSON', () => {
  const list = (...values: readonly unknown[]) => ({ arrayValue: { values } })
  const map = (values: Readonly<Record<string, unknown>>) => ({
    kvlistValue: { values: Object.entries(values).map(([key, value]) => ({ key, value })) },
  })
  const read = async (attributes: unknown): Promise<Row[string] | undefined> =>
    (await readSpans(world, tracesOf({ ...span, attributes })))[0]?.['attributes']

  const kinds: readonly (readonly [string, unknown, string])[] = [
    ['text', { stringValue: 'a "b" \\ ü\n' }, 'a "b" \\ ü\n'],
    ['an empty text', { stringValue: '' }, ''],
    ['an integer as text', { intValue: '9223372036854775807' }, '9223372036854775807'],
    ['an integer as number', { intValue: -5 }, '-5'],
    ['a double', { doubleValue: 637.704 }, '637.704'],
    ['a double that is not finite', { doubleValue: 'NaN' }, 'NaN'],
    ['true', { boolValue: true }, 'true'],
    ['false', { boolValue: false }, 'false'],
    ['bytes', { bytesValue: 'AQID' }, 'AQID'],
    [
      'a list',
      list({ stringValue: 'a"]' }, { intValue: '2' }, { doubleValue: 0.5 }, { boolValue: true }),
      '["a\\"]",2,0.5,true]',
    ],
    ['a list with an empty value', list({}, { stringValue: '' }), '[null,""]'],
    ['an empty list', { arrayValue: {} }, '[]'],
    [
      'a map',
      map({ 'a.b': { stringValue: 'x' }, n: { intValue: 3 }, 'q"': {} }),
      '{"a.b":"x","n":3,"q\\"":null}',
    ],
    ['an empty map', { kvlistValue: { values: [] } }, '{}'],
    [
      'lists in maps in lists',
      list(map({ a: list({ intValue: 1 }, map({ b: { boolValue: false } })) })),
      '[{"a":[1,{"b":false}]}]',
    ],
    ['five levels', list(list(list(list(list({ intValue: 1 }))))), '[[[[[1]]]]]'],
    [
      'a sixth level in the protocol’s form',
      list(list(list(list(list(list({ intValue: 1 })))))),
      '[[[[[[{"values":[{"intValue":1}]}]]]]]]',
    ],
  ]

  it('become texts, by their kind', async () => {
    const attributes = kinds.map(([key, value]) => ({ key, value }))
    expect(await read(attributes)).toEqual(
      Object.fromEntries(kinds.map(([key, , expected]) => [key, expected])),
    )
  })

  it('leaves out keys without a value', async () => {
    const attributes = [
      { key: 'a', value: {} },
      { key: 'b' },
      { key: 'c', value: null },
      text('d', 'x'),
      null,
      5,
    ]
    expect(await read(attributes)).toEqual({ d: 'x' })
  })

  it('keeps the last of equal keys, and no value without a key', async () => {
    const nameless = { value: { stringValue: 'x' } }
    expect(await read([text('a', '1'), text('b', '2'), nameless, text('a', '3')])).toEqual({ a: '3', b: '2' })
  })

  it('reads a plain object, nested values as JSON text', async () => {
    expect(await read({ a: 'x', n: 5, t: true, o: { p: [1] }, z: null })).toEqual({
      a: 'x',
      n: '5',
      t: 'true',
      o: '{"p":[1]}',
    })
  })

  it('reads values in snake case', async () => {
    const nested = toSnake(list(map({ a: { stringValue: 'someValue' } })))
    const rows = await readSpans(world, {
      resource_spans: [
        {
          scope_spans: [
            {
              spans: [
                {
                  span_id: spanId(1),
                  attributes: [
                    { key: 'k', value: nested },
                    { key: 'i', value: { int_value: 5 } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    })
    expect(rows[0]?.['attributes']).toEqual({ k: '[{"a":"someValue"}]', i: '5' })
  })
})
