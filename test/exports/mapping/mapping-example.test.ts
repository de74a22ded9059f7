import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Row } from '../../../src/engine/engine.ts'
import { canonicalColumns } from '../../../src/exports/canonical.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical, recognise } from '../canonical-rows.ts'
import { drop, md5 } from './mapped-calls.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('mapping-file')
})

beforeEach(async () => {
  await rm(world.exportsDir, { recursive: true, force: true })
  await mkdir(world.exportsDir)
})

afterAll(() => world.close())

describe('the example of the documentation', () => {
  const page = readFile(resolve(import.meta.dirname, '../../../docs/mapping-files.md'), 'utf8')

  async function readBlock(language: string): Promise<string> {
    const [, block] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(await page) ?? []
    if (block === undefined) throw new Error(`no ${language} on the page`)
    return block
  }

  const resource = { 'deployment.environment.name': 'production' }
  const shared = {
    parent_span_id: null,
    trace_state: null,
    span_name: 'cx.interaction.agent',
    span_kind: 'Internal',
    service_name: 'city-telephony',
    resource_attributes: resource,
    scope_name: null,
    scope_version: null,
    events: [],
    links: [],
  }
  const attributes = { 'cx.contact.channel': 'VOICE' }
  const expected = [
    {
      ...shared,
      trace_id: md5('C-1001'),
      timestamp: '2026-05-24T08:00:00Z',
      duration_ns: 205_000_000_000,
      status_code: 'Ok',
      status_message: null,
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1001',
        'cx.contact.direction': 'inbound',
        'cx.queue.name': 'Sales',
        'cx.agent.username': 'jana.novakova',
        'cx.webrtc.audio.mos_score': '4.2',
        'city.Leg': '1',
        'city.Wrap-up (s)': '20',
      },
    },
    {
      ...shared,
      trace_id: md5('C-1001'),
      timestamp: '2026-05-24T08:03:30Z',
      duration_ns: 60_000_000_000,
      status_code: 'Error',
      status_message: 'transferred',
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1001',
        'cx.contact.direction': 'inbound',
        'cx.queue.name': 'Support',
        'cx.agent.username': 'petr.svoboda',
        'cx.webrtc.audio.mos_score': '2.9',
        'city.Leg': '2',
        'city.Wrap-up (s)': '5',
      },
    },
    {
      ...shared,
      trace_id: md5('C-1002'),
      timestamp: '2026-12-24T22:30:00Z',
      duration_ns: 95_000_000_000,
      status_code: 'Ok',
      status_message: 'asked for "Premium"',
      attributes: {
        ...attributes,
        'cx.contact.id': 'C-1002',
        'cx.contact.direction': 'outbound',
        'cx.queue.name': 'Sales',
        'cx.agent.username': 'jana.novakova',
        'city.Leg': '1',
      },
    },
  ]

  async function readExample(path: string): Promise<readonly Row[]> {
    await drop(world, 'calls.mapping.yaml', await readBlock('yaml'))
    const rows = await readCanonical(world, path)
    return rows.toSorted((a, b) => (String(a['timestamp']) < String(b['timestamp']) ? -1 : 1))
  }

  /** The example's rows as objects; a text with `"` is the only one that CSV must quote. */
  async function parseExample(): Promise<readonly Readonly<Record<string, string>>[]> {
    const [head = '', ...lines] = (await readBlock('csv')).trim().split('\n')
    const unquote = (cell: string) => cell.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')
    return lines.map((line) => {
      const cells = line.split(';').map(unquote)
      return Object.fromEntries(head.split(';').map((name, i) => [name, cells[i] ?? '']))
    })
  }

  it('reads its CSV', async () => {
    await drop(world, 'calls-2026-05.csv', await readBlock('csv'))
    const rows = await readExample('calls-2026-05.csv')
    expect(rows).toEqual(
      expected.map((row) => ({ ...row, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) })),
    )
    expect(new Set(rows.map((row) => row['span_id'])).size).toBe(3)
    expect(Object.keys(rows[0] ?? {})).toEqual([...canonicalColumns.spans])
    expect(await recognise(world, 'calls-2026-05.csv')).toMatchObject({
      layout: 'mapping',
      about: 'as calls.mapping.yaml says',
    })
  })

  it('reads the same rows out of JSON lines and Parquet', async () => {
    const lines = (await parseExample()).map((row) => JSON.stringify(row)).join('\n')
    await drop(world, 'calls-lines.jsonl', `${lines}\n`)
    const withIds = expected.map((row) => ({ ...row, span_id: expect.any(String) }))
    expect(await readExample('calls-lines.jsonl')).toEqual(withIds)
    const out = join(world.exportsDir, 'calls.parquet')
    await world.query(
      `COPY (FROM read_json('${world.exportsDir}/calls-lines.jsonl')) TO '${out}' (FORMAT parquet)`,
    )
    expect(await readExample('calls.parquet')).toEqual(withIds)
  })

  it('answers through the lake', async () => {
    await drop(world, 'calls-2026-05.csv', await readBlock('csv'))
    await drop(world, 'calls.mapping.yaml', await readBlock('yaml'))
    const { manifest } = await world.sync()
    expect(manifest.rejected).toEqual([])
    expect(manifest.sources).toMatchObject([
      { path: 'calls-2026-05.csv', layout: 'mapping', rows: 3, skippedRows: 0 },
    ])
  })
})
