import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { storedServices as services } from '../../src/catalog/catalog.ts'
import { type Manifest, readManifest } from '../../src/lake/manifest.ts'

const document = readFileSync(resolve(import.meta.dirname, '../../docs/lake.md'), 'utf8')

const blocks = [...document.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = '']) => sql)

/** The text below a heading, up to the next heading of its level or above. */
function section(heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0
  const start = document.indexOf(`\n${heading}\n`)
  const rest = document.slice(start + heading.length + 2)
  return start < 0 ? '' : rest.slice(0, rest.search(new RegExp(`^#{1,${level}} |$(?![\\s\\S])`, 'm')))
}

const types: Readonly<Record<string, string>> = {
  string: '',
  integer: ' BIGINT',
  double: ' DOUBLE',
  boolean: ' BOOLEAN',
  timestamp: ' TIMESTAMP',
}

type Rows = readonly Readonly<Record<string, unknown>>[]

/** Runs the blocks in one session, as a reader would, on the sample lake; gives the last result of each. */
async function runBlocks(lakeDir: string): Promise<readonly Rows[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const results: Rows[] = []
  try {
    for (const block of blocks) {
      const reader = await connection.runAndReadAll(
        block.replaceAll('data/lake', lakeDir.replaceAll("'", "''")),
      )
      results.push(reader.getRowObjectsJson() as Rows)
    }
    return results
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const toNumber = (value: unknown) => Number(value)

describe('docs/lake.md', () => {
  let manifest: Manifest
  let results: readonly Rows[]
  beforeAll(async () => {
    const lakeDir = join(inject('sampleData'), 'lake')
    manifest = await readManifest(lakeDir)
    results = await runBlocks(lakeDir)
  })

  const rowsOf = (table: string) =>
    manifest.partitions
      .filter((partition) => partition.table === table)
      .reduce((sum, { rows }) => sum + rows, 0)

  it('has statements that all run, and queries that all find something', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(8)
    const queries = results.slice(1)
    expect(queries.filter((rows) => rows.length === 0)).toEqual([])
  })

  it('reads the files that the manifest names, each once', () => {
    const names = results[1] ?? []
    expect(names.reduce((sum, row) => sum + toNumber(row['spans']), 0)).toBe(rowsOf('spans'))
    const journeys = results.find((rows) => rows[0] && 'journeys' in rows[0]) ?? []
    expect(journeys.reduce((sum, row) => sum + toNumber(row['journeys']), 0)).toBe(
      rowsOf('journey_interaction'),
    )
    const tables = results.at(-1) ?? []
    expect(Object.fromEntries(tables.map((row) => [row['table'], toNumber(row['rows'])]))).toEqual(
      Object.fromEntries(services.map(({ name }) => [name, rowsOf(name)])),
    )
  })

  it('finds the exports of a trace, and all its spans and log records in them', () => {
    const trace = results.find((rows) => rows.some((row) => 'what' in row)) ?? []
    const origin = results.find((rows) => rows[0] && 'layout' in rows[0]) ?? []
    expect(origin.map((row) => row['layout'])).toContain('clickhouse-traces')
    expect(origin.reduce((sum, row) => sum + toNumber(row['rows']), 0)).toBe(trace.length)
  })

  it.each(services.map((service) => [service.name, service] as const))(
    'lists the columns of %s as the catalog has them',
    (name, { columns, grain }) => {
      const text = section(`### ${name}`).replaceAll('\n', ' ')
      expect(text).toContain(`One row is ${grain}.`)
      const list = columns.map((column) => `\`${column.name}\`${types[column.type]}`).join(', ')
      expect(text).toContain(` ${list}. `)
    },
  )

  it('describes every key of the manifest', () => {
    const text = section('## The manifest')
    const keys = [manifest, manifest.partitions[0] ?? {}].flatMap((part) => Object.keys(part))
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([])
    expect(text).toContain(`| \`format\` | ${manifest.format}.`)
  })
})
