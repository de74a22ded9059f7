import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Manifest, readManifest } from '../../src/lake/manifest.ts'
import { acquireLakeLock } from '../../src/lake/sync/lake-lock.ts'
import { listLakeFiles, toNamedFiles } from '../support/lake-files.ts'
import { at, type SpanRow, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld, readTable } from '../support/lake-world.ts'

let world: LakeWorld

beforeEach(async () => {
  world = await createLakeWorld('atomic')
  await world.spans('a.parquet', [span(1)])
})
afterEach(() => world.close())

const span = (n: number): SpanRow => ({
  traceId: traceId(n),
  spanId: spanId(n),
  ns: at('2026-05-01T10:00:00Z') + BigInt(n),
})

const inLake = (path: string) => join(world.lakeDir, path)

async function put(path: string, text: string) {
  await mkdir(dirname(inLake(path)), { recursive: true })
  await writeFile(inLake(path), text)
}

const countSpans = async (manifest: Manifest) =>
  (await world.query(`SELECT count(*) AS n FROM (${readTable(manifest, world.lakeDir, 'spans')})`))[0]?.['n']

describe('what a crash left behind', () => {
  const leftovers = [
    'spans/day=2026-05-01/orphan.parquet',
    'index/orphan.parquet',
    'work/staged_spans/day=2026-05-01/s0_0.parquet',
    'work/spill/x.tmp',
    'manifest.json.4711.tmp',
  ]

  it('is ignored and removed by the first import', async () => {
    for (const path of leftovers) await put(path, 'half written')
    const { state, manifest } = await world.sync()
    expect(state).toBe('updated')
    expect(await countSpans(manifest)).toBe(1)
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
    expect(existsSync(inLake('work'))).toBe(false)
  })

  it('is ignored and removed by the next import', async () => {
    await world.sync()
    for (const path of leftovers) await put(path, 'half written')
    await world.spans('b.parquet', [span(2)])
    const { manifest } = await world.sync()
    expect(await countSpans(manifest)).toBe(2)
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  })

  it('is not read by who opens the lake meanwhile', async () => {
    const { manifest } = await world.sync()
    for (const path of leftovers) await put(path, 'half written')
    expect(await readManifest(world.lakeDir)).toEqual(manifest)
    expect(await countSpans(manifest)).toBe(1)
  })

  it.each(['', 'not a database'])(
    'a lock file holding "%s" does not lock the lake for ever',
    async (text) => {
      await put('lock.duckdb', text)
      expect(await world.sync()).toMatchObject({ state: 'updated' })
      await world.spans('b.parquet', [span(2)])
      expect(await world.sync()).toMatchObject({ state: 'updated' })
    },
  )

  it('a lock that cannot be opened at all is an error, not somebody else’s import', async () => {
    await mkdir(inLake('lock.duckdb'), { recursive: true })
    await expect(acquireLakeLock(world.lakeDir)).rejects.toThrow('Is a directory')
  })
})

describe('a manifest that is no manifest', () => {
  it.each([
    ['text', '{"format": 1, "sources": ['],
    ['nothing', ''],
    ['other JSON', '[1, 2]'],
    ['another format', '{"format": 99, "generation": 9}'],
  ])('is rebuilt from the exports (%s)', async (_, text) => {
    const first = await world.sync()
    await writeFile(inLake('manifest.json'), text)
    const { state, manifest } = await world.sync()
    expect(state).toBe('updated')
    expect(await countSpans(manifest)).toBe(1)
    expect(await readManifest(world.lakeDir)).toEqual(manifest)
    expect(manifest.partitions.map(({ table, rows }) => [table, rows])).toEqual(
      first.manifest.partitions.map(({ table, rows }) => [table, rows]),
    )
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
  })

  it('can be deleted with the whole lake at any time', async () => {
    const first = await world.sync()
    await rm(world.lakeDir, { recursive: true })
    const second = await world.sync()
    expect(second.state).toBe('updated')
    expect(second.manifest.partitions.length).toBe(first.manifest.partitions.length)
  })
})

describe('a published state', () => {
  it('is replaced in one step: who reads the old manifest reads it whole', async () => {
    const first = await world.sync()
    const reader = await open(inLake('manifest.json'))
    await world.spans('b.parquet', [span(2)])
    await world.sync()
    const text = await reader.readFile('utf8')
    await reader.close()
    expect(JSON.parse(text)).toEqual(first.manifest)
  })
})

describe('files of an earlier state', () => {
  it('go with the import that replaces them, so that a pattern finds each row once', async () => {
    const first = await world.sync()
    await world.spans('b.parquet', [span(2)])
    const { manifest } = await world.sync()
    expect(first.manifest.partitions.filter(({ file }) => existsSync(inLake(file)))).toEqual([])
    expect(await listLakeFiles(world.lakeDir)).toEqual(toNamedFiles(manifest))
    const pattern = inLake('spans/**/*.parquet')
    expect(await world.query(`SELECT count(*) AS n FROM read_parquet('${pattern}')`)).toEqual([{ n: 2 }])
  })

  it('are missed by a reader as stale, not as damage', async () => {
    const first = await world.sync()
    const read = readTable(first.manifest, world.lakeDir, 'spans')
    await world.spans('b.parquet', [span(2)])
    await world.sync()
    await expect(world.query(`SELECT span_id FROM (${read})`)).rejects.toMatchObject({
      details: { code: 'stale' },
    })
  })
})

describe('exports', () => {
  it('are never written to', async () => {
    const before = await readFile(join(world.exportsDir, 'a.parquet'))
    await world.sync()
    expect(await readdir(world.exportsDir)).toEqual(['a.parquet'])
    expect(await readFile(join(world.exportsDir, 'a.parquet'))).toEqual(before)
  })
})
