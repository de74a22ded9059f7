import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { canonical, linked, names, object } from './otel-traces-row.ts'

let world: LayoutWorld

let files = 0

beforeAll(async () => {
  world = await createLayoutWorld('other-writers')
})

afterAll(() => world.close())

const texts = Object.fromEntries(
  Object.entries(object).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]),
)

const meta = names.map((name) => ({ name, type: 'String' }))

const resultOf = (data: unknown) =>
  JSON.stringify({ meta, data, rows: 1, statistics: { elapsed: 0.1 } }, null, '\t')

const pairs = (map: object) => Object.entries(map).map(([keys, values]) => ({ keys, values }))

describe('otel_traces in JSON', () => {
  it.each<[string, string]>([
    ['JSONEachRow', JSON.stringify(object)],
    ['JSONStringsEachRow', JSON.stringify(texts)],
    ['JSON', resultOf([object])],
    ['JSONStrings', resultOf([texts])],
    ['JSONCompact', resultOf([Object.values(object)])],
    [
      'maps as arrays of tuples',
      JSON.stringify({
        ...object,
        SpanAttributes: pairs(object.SpanAttributes),
        'Events.Attributes': [pairs({ n: 1 })],
      }),
    ],
    [
      'maps as arrays of arrays',
      JSON.stringify({ ...object, SpanAttributes: Object.entries(object.SpanAttributes) }),
    ],
    [
      'times as seconds',
      JSON.stringify({
        ...object,
        Timestamp: '1767225600.123456',
        'Events.Timestamp': ['1767225600.500000000'],
      }),
    ],
    ['times as microseconds', JSON.stringify({ ...object, Timestamp: 1_767_225_600_123_456 })],
    [
      'events and links as lists of objects',
      JSON.stringify({
        ...Object.fromEntries(Object.entries(object).filter(([name]) => !name.includes('.'))),
        Events: [{ Timestamp: '2026-01-01 00:00:00.500', Name: 'retry', Attributes: { n: 1 } }],
        Links: [
          {
            TraceId: linked.toUpperCase(),
            SpanId: '00000000000000B1',
            TraceState: 's=1',
            Attributes: { l: 2 },
          },
        ],
      }),
    ],
  ])('as %s', async (_, text) => {
    const path = `f${++files}.json`
    await world.write(path, text)
    expect(await world.rows(path)).toEqual([canonical])
  })

  it('reads times in milliseconds, as pandas writes them unless told', async () => {
    await world.write('pandas.jsonl', JSON.stringify({ ...object, Timestamp: 1_767_225_600_123 }))
    expect(await world.rows('pandas.jsonl')).toEqual([
      { ...canonical, timestamp: '2026-01-01T00:00:00.123Z' },
    ])
  })
})

const toCsv = (fields: readonly string[]) =>
  fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')

describe('otel_traces in CSV and TSV', () => {
  const quoted = (value: unknown): string =>
    typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', "'")
  const row = Object.values(object).map(quoted)

  it.each<[string, string]>([
    ['CSVWithNames', `${toCsv(names)}\n${toCsv(row)}\n`],
    [
      'CSVWithNamesAndTypes',
      `${toCsv(names)}\r\n${toCsv(names.map(() => 'Map(LowCardinality(String), String)'))}\r\n${toCsv(row)}\r\n`,
    ],
    ['TSVWithNames', `${names.join('\t')}\n${row.join('\t')}\n`],
  ])('as %s', async (_, text) => {
    const path = `f${++files}.${text.includes('\t') ? 'tsv' : 'csv'}`
    await world.write(path, text)
    expect(await world.rows(path)).toEqual([canonical])
  })

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['a dict', "{'k': 'v', 'n': 2, 'x': 1.5}", { k: 'v', n: '2', x: '1.5' }],
    [
      'a dict of constants',
      "{'yes': True, 'no': False, 'none': None, 'nan': nan}",
      { yes: 'true', no: 'false' },
    ],
    ['a text with an apostrophe', `{'a': "it's", 'b': 'say "hi"'}`, { a: "it's", b: 'say "hi"' }],
    [
      'words that look like constants',
      "{'a': 'None of (these)', 'b': 'True'}",
      { a: 'None of (these)', b: 'True' },
    ],
    ['a nested dict', "{'a': {'b': [1, 'c']}}", { a: '{"b":[1,"c"]}' }],
    ['pairs', "[('k', 'v'), ('n', '2')]", { k: 'v', n: '2' }],
    ['an empty dict', '{}', {}],
    ['what is no value', "{'k': datetime.datetime(2026, 1, 1)}", {}],
  ])('attributes as Python writes %s', async (_, attributes, expected) => {
    const path = `f${++files}.csv`
    const python = Object.values({ ...object, SpanAttributes: attributes }).map(quoted)
    await world.write(path, `${toCsv(names)}\n${toCsv(python)}\n`)
    expect(await world.rows(path)).toEqual([{ ...canonical, attributes: expected }])
  })

  it('lists as NumPy writes them, without commas', async () => {
    const numpy = {
      ...object,
      'Events.Timestamp': "['2026-01-01T00:00:00.500000000' '2026-01-01T00:00:01.000000000']",
      'Events.Name': "['retry' 'stop']",
      'Events.Attributes': "[{'n': '1'}, {}]",
    }
    await world.write('numpy.csv', `${toCsv(names)}\n${toCsv(Object.values(numpy).map(quoted))}\n`)
    expect(await world.rows('numpy.csv')).toEqual([
      {
        ...canonical,
        events: [...canonical.events, { timestamp: '2026-01-01T00:00:01Z', name: 'stop', attributes: {} }],
      },
    ])
  })
})
