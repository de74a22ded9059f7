import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Connection, connectStdio } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'

const day = (n: number) => `2026-05/otel_traces_2026-05-${String(n).padStart(2, '0')}.parquet`

let data: string
let connection: Connection
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'parquetry-live-'))
  await mkdir(join(data, 'exports', 'deep', 'down'), { recursive: true })
  connection = await connectStdio(data, { PARQUETRY_IMPORT_WAIT_MS: '60000' })
})
afterEach(async () => {
  await connection.close()
  await rm(data, { recursive: true, force: true })
})

const drop = (n: number, name: string) =>
  copyFile(join(inject('sampleData'), 'exports', day(n)), join(data, 'exports', name))

async function countTraces(): Promise<number> {
  const queries = {
    scalar: [{ key: 'n', service: 'traces', aggregates: [{ name: 'n', fn: 'count', path: '*' }] }],
  }
  const { structured, isError } = await connection.call('traces_query', { ...window, queries })
  const results = structured['results'] as { n: { rows: number[][] } } | undefined
  return isError ? 0 : (results?.n.rows[0]?.[0] ?? Number.NaN)
}

/** The server looks at most once a second. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 1_100))

describe('a drop folder that changes while the server runs', () => {
  it('is in the answers of the next call, and out of them when a file goes', async () => {
    expect(await countTraces()).toBe(0)
    await drop(4, 'a.parquet')
    await pause()
    const first = await countTraces()
    expect(first).toBeGreaterThan(0)
    await drop(5, 'deep/down/b.parquet')
    await drop(4, 'deep/again.parquet')
    await pause()
    const both = await countTraces()
    expect(both).toBeGreaterThan(first)
    await rm(join(data, 'exports', 'deep'), { recursive: true })
    await pause()
    expect(await countTraces()).toBe(first)
  })

  it('survives broken files and names them', async () => {
    await drop(4, 'good.parquet')
    await writeFile(join(data, 'exports', 'broken.parquet'), 'PAR1 half a file')
    await writeFile(join(data, 'exports', 'notes.txt'), 'hello')
    const { structured } = await connection.call('get_schema', {})
    expect(structured['rejectedFiles']).toEqual([
      expect.objectContaining({ path: 'broken.parquet', reason: expect.stringMatching(/incomplete/) }),
      expect.objectContaining({ path: 'notes.txt', reason: expect.stringMatching(/^It is in no format/) }),
    ])
    expect(await countTraces()).toBeGreaterThan(0)
  })

  it('loses nothing when lake and index are deleted', async () => {
    await drop(4, 'a.parquet')
    const before = await countTraces()
    await connection.close()
    await rm(join(data, 'lake'), { recursive: true })
    connection = await connectStdio(data, { PARQUETRY_IMPORT_WAIT_MS: '60000' })
    expect(await countTraces()).toBe(before)
  })

  it('keeps a cursor in place while new data arrives', async () => {
    await drop(5, 'b.parquet')
    const args = { ...window, limit: 5 }
    const first = await connection.call('traces_list', args)
    await drop(6, 'newer.parquet')
    await pause()
    const second = await connection.call('traces_list', { ...args, cursor: first.structured['nextCursor'] })
    const ids = ({ structured }: typeof first) =>
      structured['traces'] as { traceId: string; startTime: string }[]
    const last = ids(first).at(-1)?.startTime ?? ''
    expect(ids(second)).toHaveLength(5)
    for (const { startTime } of ids(second)) expect(startTime < last).toBe(true)
  })
})
