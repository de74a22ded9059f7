import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { askRawExport } from '../support/raw-export.ts'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

type Outcome = Readonly<{ code: number; stdout: string; stderr: string }>

async function parquetry(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, maxBuffer: 10_000_000 }
  return run(process.execPath, [entry, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Outcome) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  )
}

let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'parquetry-cli-'))
})
afterAll(() => rm(data, { recursive: true, force: true }))

describe('the command line', () => {
  it('has help and a version', async () => {
    const help = await parquetry(['--help'])
    for (const command of ['demo', 'mcp', 'import', 'index-docs', 'generate-exports'])
      expect(help.stdout).toContain(command)
    expect((await parquetry(['--version'])).stdout.trim()).toBe(packageJson.version)
    expect((await parquetry(['generate-exports', '--help'])).stdout).toMatch(
      /--journeys[\s\S]*--days[\s\S]*--start[\s\S]*--seed/,
    )
  })

  it('refuses what it does not know', async () => {
    expect(await parquetry(['imprt'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/unknown command 'imprt'[\s\S]*import/),
    })
    expect(await parquetry(['import', '--dta', 'x'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--dta[\s\S]*--data/),
    })
    expect(await parquetry(['generate-exports'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--out/),
    })
  })

  it('refuses bad numbers and settings with the way out', async () => {
    const out = join(data, 'bad')
    const journeys = await parquetry(['generate-exports', '--out', out, '--journeys', 'many'])
    expect(journeys).toMatchObject({ code: 1, stderr: expect.stringMatching(/journeys/) })
    const memory = await parquetry(['import', '--data', data], { PARQUETRY_MEMORY_MB: 'lots' })
    expect(memory).toMatchObject({ code: 1, stderr: expect.stringMatching(/PARQUETRY_MEMORY_MB.*\n.*unset/) })
  })

  it('generates, imports and indexes, and says what it did in plain lines', async () => {
    const args = ['--journeys', '200', '--days', '2', '--start', '2026-05-01T00:00:00Z', '--seed', '3']
    const made = await parquetry(['generate-exports', '--out', join(data, 'exports'), ...args])
    expect(made.stdout).toMatch(/Wrote 4 files of sample data .*: 200 journeys/)
    const imported = await parquetry(['import', '--data', data])
    const [raw] = await askRawExport(
      data,
      `SELECT count(*)::INT n, count(DISTINCT TraceId)::INT t FROM spans`,
    )
    const count = (n: unknown) => Number(n).toLocaleString('en-GB')
    expect(imported.stdout).toMatch(new RegExp(`spans +${count(raw?.['n'])} rows`))
    expect(imported.stdout).toMatch(new RegExp(`traces +${count(raw?.['t'])} rows`))
    expect(imported.stdout).not.toContain('\u001b')
    expect((await parquetry(['import', '--data', data])).stdout).toMatch(/^Nothing new in 4 files/m)
    const indexed = await parquetry(['index-docs', resolve('docs-corpus/concepts'), '--data', data])
    expect(indexed.stdout).toMatch(/Indexed 19 files of .*concepts, \d+ passages/)
  })

  it('says where to put exports when there are none', async () => {
    const { stdout, code } = await parquetry(['import', '--data', join(data, 'empty')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/No exports in .*\n.*generate-exports/)
  })
})

/** The lines of one question of the demo's output. */
const section = (stdout: string, number: number) =>
  stdout.slice(stdout.indexOf(`\n${number}. `), stdout.indexOf(`\n${number + 1}. `))

describe('the demo', () => {
  it('answers ten questions, and the answers are those of the raw export', async () => {
    const demo = join(data, 'demo')
    const { stdout, code } = await parquetry(['demo', '--data', demo])
    expect(code).toBe(0)
    expect(stdout).toContain('sample data')
    expect(stdout.match(/answered in/g)).toHaveLength(10)
    const agent = "SpanName = 'cx.interaction.agent'"
    const mos = "TRY_CAST(SpanAttributes['cx.webrtc.audio.mos_score'] AS DOUBLE)"
    const lastWeek = "Timestamp >= TIMESTAMP '2026-05-25' AND Timestamp < TIMESTAMP '2026-06-01'"
    const queues = await askRawExport(
      demo,
      `SELECT SpanAttributes['cx.queue.name'] AS q, printf('%.2f', avg(${mos})) AS m, count(*)::INT AS n FROM spans WHERE ${agent} AND ${lastWeek} GROUP BY 1`,
    )
    for (const { q, m, n } of queues)
      expect(section(stdout, 1)).toMatch(new RegExp(`${q ?? '\\(none\\)'} +${m ?? '\\(none\\)'} +${n}\\n`))
    const [poor] = await askRawExport(
      demo,
      `SELECT count(*) FILTER (${mos} < 3)::INT AS p, count(${mos})::INT AS n FROM spans WHERE ${agent}`,
    )
    const share = ((Number(poor?.['p']) / Number(poor?.['n'])) * 100).toFixed(2)
    expect(section(stdout, 2)).toMatch(
      new RegExp(`${share} % +${poor?.['p']} +${Number(poor?.['n']).toLocaleString('en-GB')}`),
    )
    const [holder] = await askRawExport(
      demo,
      `SELECT SpanAttributes['cx.agent.username'] AS a, sum(SpanAttributes['cx.interaction.hold_count']::INT)::INT AS h, count(*)::INT AS n
       FROM spans WHERE ${agent} AND ${lastWeek} GROUP BY 1 ORDER BY h DESC, a LIMIT 1`,
    )
    expect(section(stdout, 6)).toMatch(
      new RegExp(`${holder?.['a']} +${holder?.['h']} +[\\d.]+ +${holder?.['n']}`),
    )
    const reasons = await askRawExport(
      demo,
      `SELECT SpanAttributes['cx.contact.disconnect_reason'] AS r, count(*)::INT AS n FROM spans
       WHERE ${agent} AND SpanAttributes['cx.contact.direction'] = 'inbound' GROUP BY 1 ORDER BY n DESC LIMIT 4`,
    )
    for (const { r, n } of reasons)
      expect(section(stdout, 7)).toMatch(new RegExp(`${r} +${Number(n).toLocaleString('en-GB')}\\n`))
    expect(section(stdout, 8)).toMatch(/concepts\/mos\.md:\d+-\d+/)
    expect(section(stdout, 9)).toMatch(/answerable: weak[\s\S]*"pesq"/)
    expect(section(stdout, 10)).toMatch(/answerable: no[\s\S]*"sourdough"/)
  })
})
