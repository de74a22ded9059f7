import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spanId, traceId } from '../../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'
import { type SqlRow, text, writeParquet } from '../write-parquet.ts'
import { canonical, row } from './clickhouse-rows.ts'

let world: LakeWorld

let files = 0

beforeAll(async () => {
  world = await createLakeWorld('clickhouse-forms')
})

afterAll(() => world.close())

async function readOne(columns: SqlRow) {
  const path = `f${++files}.parquet`
  await writeParquet(world, path, [{ ...row, ...columns }])
  const [span] = await readCanonical(world, path)
  return span
}

describe('events and links', () => {
  const lists = (events: readonly string[], links: readonly string[]): SqlRow => ({
    'Events.Timestamp': events[0] ?? '',
    'Events.Name': events[1] ?? '',
    'Events.Attributes': events[2] ?? '',
    'Links.TraceId': links[0] ?? '',
    'Links.SpanId': links[1] ?? '',
    'Links.TraceState': links[2] ?? '',
    'Links.Attributes': links[3] ?? '',
  })
  const times = ['2024-05-01 10:00:00.123456790', '2024-05-01 10:00:01.000000000']
  const expected = {
    events: [
      { timestamp: '2024-05-01T10:00:00.123456790Z', name: "it's, [one]", attributes: { a: 'b, c' } },
      { timestamp: '2024-05-01T10:00:01Z', name: 'two', attributes: {} },
    ],
    links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'k=v', attributes: { x: 'y' } }],
  }

  it.each([
    [
      'ClickHouse’s text',
      [`['${times.join("','")}']`, `['it\\'s, [one]','two']`, `[{'a':'b, c'},{}]`],
      [`['${traceId(2)}']`, `['${spanId(2)}']`, `['k=v']`, `[{'x':'y'}]`],
    ],
    [
      'JSON text',
      [JSON.stringify(times), JSON.stringify(["it's, [one]", 'two']), '[{"a":"b, c"},{}]'],
      [`["${traceId(2)}"]`, `["${spanId(2)}"]`, '["k=v"]', '[{"x":"y"}]'],
    ],
    [
      'DuckDB’s text',
      [`['${times.join("', '")}']`, `['it\\'s, [one]', two]`, `[{a='b, c'}, {}]`],
      [`[${traceId(2)}]`, `[${spanId(2)}]`, `['k=v']`, '[{x=y}]'],
    ],
  ])('are read out of %s', async (_, events, links) => {
    expect(await readOne(lists(events.map(text), links.map(text)))).toEqual({ ...canonical, ...expected })
  })

  it('are read out of typed lists with attributes as JSON text, nested ones too', async () => {
    const columns = lists(
      ["[TIMESTAMP_NS '2024-05-01 10:00:01']", "['e']", `['{"a":{"b":1}}']`],
      [`['${traceId(2)}']`, `['${spanId(2)}']`, `['']`, `[{'x': {'y': 1}}]`],
    )
    expect(await readOne(columns)).toMatchObject({
      events: [{ timestamp: '2024-05-01T10:00:01Z', name: 'e', attributes: { 'a.b': '1' } }],
      links: [{ attributes: { 'x.y': '1' } }],
    })
  })

  it.each(['', '[]', 'nope', '{}', '[1'])('are none in a text such as "%s"', async (value) => {
    const broken = Array(4).fill(text(value))
    expect(await readOne(lists(broken, broken))).toEqual(canonical)
  })
})

it('reads JSON lines, whose values all come as texts', async () => {
  const json = {
    ...Object.fromEntries(Object.entries(row).map(([name, sql]) => [name, sql.slice(1, -1)])),
    SpanAttributes: { a: '1', deep: { er: 2 } },
    ResourceAttributes: { 'service.name': 'shop' },
    Duration: '18446744073709551615',
    'Events.Timestamp': ['2024-05-01 10:00:01.000000005'],
    'Events.Name': ['e'],
    'Events.Attributes': [{ k: "v'" }],
  }
  writeFileSync(join(world.exportsDir, 'rows.jsonl'), `${JSON.stringify(json)}\n`)
  expect(await readCanonical(world, 'rows.jsonl')).toEqual([
    {
      ...canonical,
      duration_ns: 0,
      attributes: { a: '1', 'deep.er': '2' },
      events: [{ timestamp: '2024-05-01T10:00:01.000000005Z', name: 'e', attributes: { k: "v'" } }],
    },
  ])
})
