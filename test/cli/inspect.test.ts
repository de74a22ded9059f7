import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

let world: LakeWorld
let scratch: string

beforeAll(async () => {
  world = await createLakeWorld('inspect')
  scratch = join(world.root, 'scratch')
  await mkdir(scratch)
})
afterAll(() => world.close())

type Outcome = Readonly<{ code: number; stdout: string; stderr: string }>

/** Runs the command from within the drop folder; temporary folders go to a place that can be looked at. */
async function inspect(...args: readonly string[]): Promise<Outcome> {
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: scratch }
  const options = { cwd: world.exportsDir, env, maxBuffer: 10_000_000 }
  const data = ['--data', join(world.root, 'data')]
  return run(process.execPath, [entry, 'inspect', ...args, ...data], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Outcome) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  )
}

async function writeParquet(path: string, select: string): Promise<void> {
  const whole = join(world.exportsDir, path)
  await mkdir(dirname(whole), { recursive: true })
  await world.query(`COPY (${select}) TO '${whole}' (FORMAT parquet)`)
}

/** The lines between a heading and the next blank line, without their indent. */
function section(text: string, heading: string): readonly string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim().startsWith(heading))
  const end = lines.findIndex((line, i) => i > start && line.trim() === '')
  return start < 0 ? [] : lines.slice(start + 1, end < 0 ? undefined : end).map((line) => line.trim())
}

describe('parquetry inspect', () => {
  it('says how a file is read, where each column comes from, its first rows and what it lacks', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({
      traceId: traceId(1),
      spanId: i === 11 ? 'no id' : spanId(i),
      ns: at('2026-05-24T10:00:00Z', BigInt(i)),
      durationNs: 7n,
      attributes: { key: `value ${i}` },
    }))
    await world.spans('traces.parquet', rows)
    const { code, stdout } = await inspect('traces.parquet')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^traces\.parquet\n {2}Parquet, [\d.]+ kB\n {2}Read as clickhouse-traces: ClickHouse exporter/,
    )
    expect(stdout).toContain('\nSpans: 12 rows, 2026-05-24T10:00:00Z to 2026-05-24T10:00:00.000000011Z\n')
    expect(stdout).toContain(
      '1 of them cannot be placed: a row without a usable trace id, span id or time is left out',
    )
    const origins = section(stdout, 'Read from')
    expect(origins).toHaveLength(17)
    expect(origins.every((line) => line.includes('←'))).toBe(true)
    expect(origins).toContain('timestamp           ← Timestamp')
    expect(origins.find((line) => line.startsWith('trace_id '))).toMatch(
      /^trace_id +← TraceId +nullif\(CASE .*…$/,
    )
    expect(origins.find((line) => line.startsWith('duration_ns '))).toMatch(/← Duration, Timestamp +greatest/)
    const table = section(stdout, 'First 10 rows')
    expect(table[0]).toMatch(/^timestamp +span_name +service_name +duration_ns +status_code/)
    expect(table[2]).toMatch(/^2026-05-24T10:00:00\.000000001Z +work +app +7 +Unset +/)
    expect(table.filter((line) => line.startsWith('2026-'))).toHaveLength(10)
    expect(table.at(-1)).toMatch(/^not shown: .*attributes/)
    expect(section(stdout, 'Empty in all rows')).toEqual([
      'parent_span_id: nothing usable in ParentSpanId',
      'trace_state: nothing usable in TraceState',
      'status_message: nothing usable in StatusMessage',
      'resource_attributes: nothing usable in ResourceAttributes',
      'events: nothing usable in Events.Timestamp, Events.Name, Events.Attributes',
      'links: nothing usable in Links.TraceId, Links.SpanId, Links.TraceState',
    ])
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  })

  it('says what is not in the file', async () => {
    const columns = { ScopeName: null, ScopeVersion: null, TraceState: null, ServiceName: null }
    await world.spans('old.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 5n }], columns)
    const { stdout } = await inspect('old.parquet')
    expect(section(stdout, 'Empty in all rows')).toEqual(
      expect.arrayContaining(['trace_state: not in the file', 'service_name: not in the file']),
    )
    expect(section(stdout, 'Read from').filter((line) => /^(trace_state|service_name) /.test(line))).toEqual(
      [],
    )
  })

  it('touches no lake and leaves nothing behind', async () => {
    await world.logs('logs.parquet', [{ ns: 5n, body: 'hello' }])
    const { code, stdout } = await inspect(join(world.exportsDir, 'logs.parquet'))
    expect(code).toBe(0)
    expect(stdout).toContain('Log records: 1 row, 1970-01-01T00:00:00.000000005Z to')
    expect(stdout).toMatch(/Rows\n +timestamp +severity_text +body/)
    expect(existsSync(join(world.root, 'data'))).toBe(false)
    expect(readdirSync(scratch)).toEqual([])
  })

  it('reads a mapping, and says where a wrong one is wrong', async () => {
    await writeParquet('calls-1.parquet', `SELECT 'a' AS id, '24.05.2026 10:00' AS began, 90 AS seconds`)
    const mapping = `kind: spans
columns:
  trace_id: id
  span_name: {value: call}
  timestamp: {column: began, format: '%d.%m.%Y %H:%M', timezone: Europe/Prague}
  duration: {column: seconds, unit: s}
`
    await writeFile(join(world.exportsDir, 'calls.mapping.yaml'), mapping)
    const good = await inspect('calls-1.parquet')
    expect(good).toMatchObject({ code: 0 })
    expect(good.stdout).toContain(
      '  Read as calls.mapping.yaml says\n\nSpans: 1 row, 2026-05-24T08:00:00Z to',
    )
    expect((await inspect('calls.mapping.yaml')).stdout).toBe(good.stdout)
    await writeFile(join(world.exportsDir, 'calls.mapping.yaml'), mapping.replace('began', 'begun'))
    const bad = await inspect('calls-1.parquet')
    expect(bad.code).toBe(1)
    expect(bad.stdout).toContain(
      'Cannot be read: calls.mapping.yaml:5:23: columns.timestamp.column: is no column of the export, found "begun".\n  Nearest: began.',
    )
  })

  it('says of a mapping alone that its export is missing', async () => {
    await mkdir(join(world.exportsDir, 'alone'))
    await writeFile(join(world.exportsDir, 'alone/orders.mapping.yaml'), 'kind: spans')
    const { code, stdout } = await inspect('alone/orders.mapping.yaml')
    expect(code).toBe(1)
    expect(stdout).toContain(
      'orders.mapping.yaml:1:1: there is no export beside it whose name begins with "orders".',
    )
  })

  it('reads a CSV by the example of the documentation', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../../docs/mapping-files.md'), 'utf8')
    const block = (language: string) =>
      new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''
    await mkdir(join(world.exportsDir, 'city'))
    await writeFile(join(world.exportsDir, 'city/calls-2026-05.csv'), block('csv'))
    const bare = await inspect('city/calls-2026-05.csv')
    expect(bare.code).toBe(1)
    expect(bare.stdout).toContain('save it beside the file as calls.mapping.yaml')
    await writeFile(join(world.exportsDir, 'city/calls.mapping.yaml'), block('yaml'))
    const { code, stdout } = await inspect('city/calls-2026-05.csv')
    expect(code).toBe(0)
    expect(stdout).toContain('Spans: 3 rows, 2026-05-24T08:00:00Z to 2026-12-24T22:30:00Z')
    expect(section(stdout, 'Rows').filter((line) => line.includes('205000000000'))).toHaveLength(1)
  })

  it('helps with a file that it does not know, up to a mapping that works', async () => {
    await writeParquet(
      'visits-2026-05.parquet',
      `SELECT 'v1' AS "Session ID", 1779616800000 AS started_ms, 1500 AS duration_ms, 'home' AS page, MAP {'a': 'b'} AS tags`,
    )
    const unknown = await inspect('visits-2026-05.parquet')
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toContain('Not recognised: its columns are of no known layout')
    expect(section(unknown.stdout, 'Its columns')).toEqual([
      'Session ID   VARCHAR',
      'started_ms   BIGINT',
      'duration_ms  INTEGER',
      'page         VARCHAR',
      'tags         MAP(VARCHAR, VARCHAR)',
    ])
    expect(unknown.stdout).toContain('save it beside the file as visits.mapping.yaml')
    const draft = /\n(kind: spans[\s\S]*?)\n\n/.exec(unknown.stdout)?.[1] ?? ''
    expect(draft).toContain('trace_id: Session ID')
    const finished = draft.replace('timestamp: COLUMN', 'timestamp: {column: started_ms, unit: ms}')
    await writeFile(join(world.exportsDir, 'visits.mapping.yaml'), finished)
    const known = await inspect('visits-2026-05.parquet')
    expect(known).toMatchObject({ code: 0 })
    expect(known.stdout).toContain('Spans: 1 row, 2026-05-24T10:00:00Z to')
    expect(known.stdout).not.toContain('placed')
  })

  it('names the nearest layouts, with what is lacking', async () => {
    const lake = `SELECT '' AS trace_id, '' AS span_id, '' AS parent_span_id, '' AS span_name, '' AS span_kind, now() AS "timestamp", 1 AS duration`
    await writeParquet('almost.parquet', lake)
    const { stdout, code } = await inspect('almost.parquet')
    expect(code).toBe(1)
    const near = section(stdout, 'Nearest layouts')
    const at = near.indexOf('the spans table of a Parquetry lake')
    expect(near[at + 1]).toBe('lacks resource_attributes, attributes, events, links')
  })

  it('names only what is lacking of a file that is written in lower case', async () => {
    const needed = ['timestamp', 'traceid', 'spanid', 'parentspanid', 'spanname', 'spanattributes']
    await writeParquet('lower.parquet', `SELECT ${needed.map((name) => `'' AS "${name}"`).join(', ')}`)
    const near = section((await inspect('lower.parquet')).stdout, 'Nearest layouts')
    expect(near.slice(0, 2)).toEqual(['ClickHouse exporter, otel_traces', 'lacks Duration'])
  })

  it('says what is wrong with a damaged file, and goes on with the next', async () => {
    await world.spans('whole.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 5n }])
    await world.spans('cut.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 5n }])
    await truncate(join(world.exportsDir, 'cut.parquet'), 500)
    await writeFile(join(world.exportsDir, 'empty.parquet'), '')
    const { code, stdout } = await inspect('cut.parquet', 'empty.parquet', 'whole.parquet')
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^cut\.parquet\n.*\n {2}Cannot be read: The file is incomplete: its end is missing\.\n {2}Wait/,
    )
    expect(stdout).toMatch(/\nempty\.parquet\n.*\n {2}Cannot be read: The file is empty\./)
    expect(stdout).toMatch(/\nwhole\.parquet\n {2}Parquet/)
    expect(readdirSync(scratch)).toEqual([])
  })

  it('says when a path is not there or needs to be given', async () => {
    expect(await inspect('nowhere.parquet')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nowhere\.parquet: there is no such file or folder[\s\S]*Check the path/),
    })
    expect(await inspect()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/missing required argument/),
    })
  })

  it('reads every export of a folder, and a service by its folder', async () => {
    const select = `SELECT '${traceId(1)}' AS "TraceId", now() AS "Timestamp", 1 AS "Attributes.cx.contact.id"`
    await writeParquet('lot/agent_interaction/a.parquet', select)
    await writeParquet('lot/agent_interaction/b.parquet', select)
    const all = await inspect('lot')
    expect(all.code).toBe(0)
    expect(all.stdout.match(/^lot\/agent_interaction\/[ab]\.parquet$/gm)).toHaveLength(2)
    const one = await inspect('lot/agent_interaction/a.parquet')
    expect(one.stdout).toContain('cx.interaction.agent')
  })

  it('follows a link outside the drop folder', async () => {
    await world.spans('target.parquet', [{ traceId: traceId(1), spanId: spanId(1), ns: 5n }])
    await symlink(join(world.exportsDir, 'target.parquet'), join(world.root, 'link.parquet'))
    expect(await inspect(join(world.root, 'link.parquet'))).toMatchObject({ code: 0 })
  })

  it('escapes whatever would move the terminal', async () => {
    const evil = '\u001b[2J\u202e\nSpans: 0 rows'
    await writeParquet('evil\u001b[31m.parquet', `SELECT 1 AS "a${evil}", 2 AS b`)
    const unknown = await inspect('evil\u001b[31m.parquet')
    await world.spans('evil-rows.parquet', [
      { traceId: traceId(1), spanId: spanId(1), ns: 5n, name: evil, attributes: { [evil]: evil } },
    ])
    const known = await inspect('evil-rows.parquet')
    for (const { stdout } of [unknown, known]) {
      expect(stdout).toContain('\\u001b[')
      for (const hidden of ['\u001b', '\u202e', '\nSpans: 0']) expect(stdout).not.toContain(hidden)
    }
  })
})
