import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findZoneFlags } from '../../../src/exports/formats/parquet/zone-flags.ts'
import { createLayoutWorld, type LayoutWorld } from '../layout-world.ts'
import { table } from '../layouts/otel-traces-row.ts'

let world: LayoutWorld

beforeAll(async () => {
  world = await createLayoutWorld('parquet-nanoseconds')
})

afterAll(() => world.close())

/** `LogicalType` of a time in nanoseconds, as Thrift's compact protocol spells it: not in UTC, and in UTC. */
const local = Buffer.from([0x8c, 0x12, 0x1c, 0x3c, 0x00])
const inUtc = Buffer.from([0x8c, 0x11, 0x1c, 0x3c, 0x00])

/** Marks all times in nanoseconds of a file as UTC, as ClickHouse and pyarrow do; gives how many there are. */
async function markAsUtc(path: string): Promise<number> {
  const bytes = await readFile(path)
  let marked = 0
  for (let at = bytes.indexOf(local); at >= 0; at = bytes.indexOf(local, at + 1)) {
    inUtc.copy(bytes, at)
    marked += 1
  }
  await writeFile(path, bytes)
  return marked
}

const ns = 1_777_593_600_123_456_789n

const columns = {
  ...table,
  Timestamp: `make_timestamp_ns(${ns})`,
  'Events.Timestamp': `[make_timestamp_ns(${ns + 1n}), make_timestamp_ns(${ns + 2n})]`,
  'Events.Name': "['a', 'b']",
  'Events.Attributes': "[MAP {'n': '1'}, MAP {'n': '2'}]",
}

const write = (path: string, rows = 1) =>
  world.parquet(
    path,
    `SELECT ${Object.entries(columns)
      .map(([name, sql]) => `${sql} AS "${name}"`)
      .join(', ')} FROM range(${rows})`,
  )

const readTimes = async (path: string) => {
  const [row] = await world.rows(path)
  const events = row?.['events'] as readonly { timestamp: string }[]
  return [row?.['timestamp'], ...events.map(({ timestamp }) => timestamp)]
}

describe('times in nanoseconds that are marked as UTC', () => {
  it('are read to the nanosecond, nested ones too, and the file stays as it is', async () => {
    await write('utc.parquet')
    const path = join(world.exportsDir, 'utc.parquet')
    expect(await markAsUtc(path)).toBe(2)
    const before = await readFile(path)
    const [declared] = await world.query(
      `SELECT column_type FROM (DESCRIBE FROM '${path}') WHERE column_name = 'Timestamp'`,
    )
    expect(declared?.['column_type']).toBe('TIMESTAMP WITH TIME ZONE')
    await chmod(path, 0o444)
    expect(await readTimes('utc.parquet')).toEqual([
      '2026-05-01T00:00:00.123456789Z',
      '2026-05-01T00:00:00.123456790Z',
      '2026-05-01T00:00:00.123456791Z',
    ])
    expect((await readFile(path)).equals(before)).toBe(true)
  })

  it('give the rows that unmarked ones give', async () => {
    await write('plain.parquet')
    expect(await readTimes('plain.parquet')).toEqual(await readTimes('utc.parquet'))
  })

  it('are found among many row groups, and nothing else is', async () => {
    await write('large.parquet', 300_000)
    const path = join(world.exportsDir, 'large.parquet')
    const footerOf = async () => {
      const bytes = await readFile(path)
      return bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), bytes.length - 8)
    }
    expect(findZoneFlags(await footerOf())).toEqual([])
    expect(await markAsUtc(path)).toBe(2)
    const footer = await footerOf()
    const flags = findZoneFlags(footer)
    expect(flags.map((at) => footer.subarray(at - 1, at + 4).equals(inUtc))).toEqual([true, true])
  })

  it.each([
    ['empty', Buffer.alloc(0)],
    ['cut off', Buffer.from([0x15, 0x02, 0x19, 0x8c, 0x48])],
    ['endlessly nested', Buffer.alloc(500, 0x1c)],
    ['of a type that is none', Buffer.from([0x1f, 0x00])],
  ])('are not looked for beyond a footer that is %s', (_, footer) => {
    expect(() => findZoneFlags(footer)).toThrow(RangeError)
  })
})
