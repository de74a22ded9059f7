import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLakeFacts } from '../../src/cli/lake/lake-facts.ts'
import { parseConfig } from '../../src/config/config.ts'
import { readManifest } from '../../src/lake/manifest.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

type Outcome = Readonly<{ code: number; stdout: string; stderr: string }>

let world: LakeWorld
beforeEach(async () => {
  world = await createLakeWorld('lake-command')
  await mkdir(join(world.root, 'tmp'))
})
afterEach(() => world.close())

/** Runs `parquetry lake` on the world; temporary folders go to a place that can be looked at. */
async function lake(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const options = {
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: join(world.root, 'tmp'), ...env },
    maxBuffer: 10_000_000,
  }
  return run(process.execPath, [entry, 'lake', ...args, '--data', world.root], options).then(
    ({ stdout, stderr }): Outcome => ({ code: 0, stdout, stderr }),
    (error: Outcome): Outcome => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  )
}

/** What `lake --json` prints, without a process of its own. */
const readFacts = () => readLakeFacts(parseConfig({ data: world.root }, {}))

const start = at('2026-05-01T22:00:00Z')
const span = (trace: number, id: number, name = 'work') => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  ns: start + BigInt(trace) * 3_600_000_000_000n + BigInt(id),
  name,
})
const log = (n: number) => ({ ns: start + BigInt(n), body: `line ${n}` })

async function writeExports(): Promise<void> {
  await world.spans('a.parquet', [span(1, 1, 'cx.interaction.agent'), span(1, 2), span(3, 1)])
  await world.spans('sub/b.parquet', [span(1, 2), { ...span(4, 1), spanId: 'no id' }])
  await world.logs('c.parquet', [log(1), log(2), log(2)])
  await writeFile(join(world.exportsDir, 'notes.txt'), 'hello')
}

/** Every file below the world with its size and time, apart from what the test itself looks at. */
async function listAll(): Promise<readonly string[]> {
  const files = (await readdir(world.root, { recursive: true })).sort()
  return Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(join(world.root, file))
      return `${file} ${size} ${mtimeMs}`
    }),
  )
}

/** C0 and C1 controls, bidirectional controls and tags, which must never reach a terminal. */
const unseen = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u{E0000}-\u{E007F}]/u
const hasUnseen = (text: string) => unseen.test(text.replaceAll('\n', ''))

describe('parquetry lake', () => {
  it('says of a missing lake what to do, and makes none', async () => {
    await rm(world.exportsDir, { recursive: true })
    const before = await listAll()
    const { code, stdout } = await lake()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Lake .*\/lake: nothing was imported yet\n\nNo exports in .*\/exports\.\n/)
    expect(stdout).toMatch(/generate-exports -- --out .*\/exports\nThen run: npm run import\n$/)
    expect(await listAll()).toEqual(before)
    expect(await readFacts()).toMatchObject({ state: 'missing', publishedAt: null, sources: [], tables: [] })
    expect(existsSync(world.lakeDir)).toBe(false)
  })

  it('says of exports that wait what an import would read', async () => {
    await writeExports()
    await mkdir(world.lakeDir)
    const { stdout } = await lake()
    expect(stdout).toMatch(
      /nothing was imported yet\n\nAn import now would\n {2}read 4 exports that came:\n {4}a\.parquet\n {4}c\.parquet\n {4}notes\.txt\n {4}sub\/b\.parquet\n\nRun: npm run import\n$/,
    )
    expect((await readFacts()).state).toBe('empty')
  })

  it('shows tables, disk use, exports, files set aside, and that nothing is to do', async () => {
    await writeExports()
    await world.sync()
    const { code, stdout } = await lake()
    expect(code).toBe(0)
    const line = (table: string, rows: number, files: number) =>
      new RegExp(
        `^ {2}${table} +${rows} +[\\d.]+ k?B +${files} +${files} {2}2026-05-0\\d to 2026-05-0\\d$`,
        'm',
      )
    expect(stdout).toMatch(line('spans', 3, 2))
    expect(stdout).toMatch(line('traces', 2, 2))
    expect(stdout).toMatch(line('agent_interaction', 1, 1))
    expect(stdout).toMatch(line('logs', 2, 1))
    expect(stdout).toMatch(/^On disk: [\d.]+ kB in \d+ files\n {2}[\d.]+ kB data, [\d.]+ k?B index, /m)
    expect(stdout).toMatch(/^ {2}Export \(3\) +layout +kind +rows +skipped +size$/m)
    expect(stdout).toMatch(/^ {2}a\.parquet +clickhouse-traces +spans +3 +0 +[\d.]+ kB$/m)
    expect(stdout).toMatch(/^ {2}sub\/b\.parquet +clickhouse-traces +spans +2 +1 +[\d.]+ kB$/m)
    expect(stdout).toMatch(/^ {2}c\.parquet +clickhouse-logs +logs +3 +0 +[\d.]+ kB$/m)
    expect(stdout).toMatch(
      /^Set aside: 1 file\n {2}notes\.txt {2}5 B\n {4}It is in no format that can be read\./m,
    )
    expect(stdout).toMatch(/^An import now would find nothing to do\.$/m)
    expect(stdout).not.toContain('\u001b')
  })

  it('gives programs everything under stable keys, with figures that the files bear out', async () => {
    await writeExports()
    const { manifest } = await world.sync()
    const facts = JSON.parse((await lake(['--json'])).stdout)
    expect(Object.keys(facts)).toEqual([
      'exportsDir',
      'lakeDir',
      'state',
      'generation',
      'publishedAt',
      'tables',
      'partitions',
      'disk',
      'sources',
      'rejected',
      'pending',
    ])
    expect(facts).toMatchObject({
      state: 'published',
      generation: manifest.generation,
      publishedAt: manifest.publishedAt,
      sources: [
        { path: 'a.parquet', layout: 'clickhouse-traces', kind: 'spans', rows: 3, skippedRows: 0 },
        { path: 'c.parquet', layout: 'clickhouse-logs', kind: 'logs', rows: 3, skippedRows: 0 },
        { path: 'sub/b.parquet', layout: 'clickhouse-traces', kind: 'spans', rows: 2, skippedRows: 1 },
      ],
      rejected: [{ path: 'notes.txt', bytes: 5 }],
      pending: { isDue: false, arrived: [], changed: [], gone: [], retried: [], rebuild: null },
    })
    const spans = facts.tables.find(({ table }: { table: string }) => table === 'spans')
    const sizes = manifest.partitions.filter(({ table }) => table === 'spans').map(({ bytes }) => bytes)
    expect(spans).toEqual({
      table: 'spans',
      rows: 3,
      bytes: sizes.reduce((a, b) => a + b),
      files: 2,
      days: 2,
      start: '2026-05-01T23:00:00.000000001Z',
      end: '2026-05-02T01:00:00.000000001Z',
    })
    const all = await readdir(world.lakeDir, { recursive: true, withFileTypes: true })
    const files = await Promise.all(
      all.filter((one) => one.isFile()).map((one) => stat(join(one.parentPath, one.name))),
    )
    expect(facts.disk.files).toBe(files.length)
    expect(facts.disk.bytes).toBe(files.reduce((sum, { size }) => sum + size, 0))
    expect(facts.disk.byUse.data.files).toBe(manifest.partitions.length)
    expect(facts.partitions.map(({ file }: { file: string }) => file)).toEqual(
      manifest.partitions.map(({ file }) => file),
    )
  })

  it('names what the manifest does not', async () => {
    await writeExports()
    await world.sync()
    await writeFile(join(world.lakeDir, 'spans/left.parquet'), '12345')
    await mkdir(join(world.lakeDir, 'work'))
    await writeFile(join(world.lakeDir, 'work/scratch'), '1')
    const { stdout } = await lake()
    expect(stdout).toMatch(/^Not named by the manifest: 1 file\n {2}spans\/left\.parquet {2}5 B$/m)
    const { disk } = await readFacts()
    expect(disk.unnamed).toEqual([{ file: 'spans/left.parquet', bytes: 5 }])
    expect(disk.byUse.scratch).toEqual({ bytes: 1, files: 1 })
  })

  it('tells what came, changed and went', async () => {
    await writeExports()
    await world.sync()
    await world.spans('new.parquet', [span(5, 1)])
    await utimes(join(world.exportsDir, 'a.parquet'), 1_700_000_000, 1_700_000_000)
    await rm(join(world.exportsDir, 'c.parquet'))
    const before = await listAll()
    const { stdout } = await lake()
    expect(stdout).toMatch(
      /^An import now would\n {2}read 1 export that came:\n {4}new\.parquet\n {2}read 1 export that changed:\n {4}a\.parquet\n {2}take out 1 export that went:\n {4}c\.parquet\n\nRun: npm run import\n$/m,
    )
    expect(await listAll()).toEqual(before)
    expect((await readFacts()).pending).toEqual({
      isDue: true,
      arrived: ['new.parquet'],
      changed: ['a.parquet'],
      gone: ['c.parquet'],
      retried: [],
      rebuild: null,
    })
  })

  it('tells of a rebuild why, and of files for which there is memory now', async () => {
    await writeExports()
    await world.sync()
    const path = join(world.lakeDir, 'manifest.json')
    const manifest = await readManifest(world.lakeDir)
    const rejected = manifest.rejected.map((file) => ({ ...file, memoryLimitMb: 300 }))
    await writeFile(path, JSON.stringify({ ...manifest, rejected }))
    expect((await lake()).stdout).toMatch(
      /^ {2}look again at 1 export for which there is memory now:\n {4}notes\.txt$/m,
    )
    await writeFile(path, JSON.stringify({ ...manifest, recogniser: 'older' }))
    expect((await lake()).stdout).toContain('build all of the lake anew, as it was built by another version')
    await writeFile(path, JSON.stringify(manifest))
    await rm(join(world.lakeDir, manifest.partitions[0]?.file ?? ''))
    const { rebuild, isDue } = (await readFacts()).pending
    expect({ rebuild, isDue }).toEqual({
      rebuild: 'a file of it is missing or has another size',
      isDue: true,
    })
  })

  it('tells a lake of another version from one that was never built', async () => {
    await writeExports()
    await world.sync()
    const path = join(world.lakeDir, 'manifest.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"format":3', '"format":1'))
    expect((await lake()).stdout).toMatch(/its manifest is damaged, or was written by another version/)
    expect((await readFacts()).state).toBe('unreadable')
  })

  it('says of a lake whose exports all went that it is empty', async () => {
    await world.spans('a.parquet', [span(1, 1)])
    await world.sync()
    await rm(join(world.exportsDir, 'a.parquet'))
    await world.sync()
    expect((await lake()).stdout).toMatch(/It holds no rows\.[\s\S]*No exports in .*\n.*generate-exports/)
  })

  it('escapes what comes from files, and gives it whole to programs', async () => {
    const name = 'x\u001b[31m\nforged\u202e\u{e0041}.txt'
    await writeFile(join(world.exportsDir, name), 'hello')
    await world.query(
      `COPY (SELECT 1 AS "col\u001b[2J\u202e") TO '${join(world.exportsDir, 'odd.parquet')}' (FORMAT parquet)`,
    )
    const before = await lake()
    expect(before.stdout).toContain('x\\u001b[31m\\nforged\\u202e\\u{e0041}.txt')
    await world.sync()
    await writeFile(join(world.lakeDir, 'left\u001b[2J.parquet'), '')
    const after = await lake()
    expect(after.stdout).toContain('left\\u001b[2J.parquet')
    expect(after.stdout).toContain('x\\u001b[31m\\nforged')
    const json = await lake(['--json'])
    expect([before, after, json].map(({ stdout }) => hasUnseen(stdout))).toEqual([false, false, false])
    const facts = JSON.parse(json.stdout)
    expect(facts.rejected.map(({ path }: { path: string }) => path)).toEqual(['odd.parquet', name])
    expect(facts.disk.unnamed[0].file).toBe('left\u001b[2J.parquet')
  })

  it('shortens long lists unless all is asked for', async () => {
    const first = await world.spans('f0.parquet', [span(1, 1)])
    for (let i = 1; i < 25; i++) await copyFile(first, join(world.exportsDir, `f${i}.parquet`))
    const waiting = await lake()
    expect(waiting.stdout).toMatch(/^ {4}and 17 more; --all shows them$/m)
    await world.sync()
    const short = await lake()
    expect(short.stdout.match(/^ {2}f\d+\.parquet/gm)).toHaveLength(20)
    expect(short.stdout).toMatch(/^ {2}and 5 more; --all shows them$/m)
    const whole = await lake(['--all'])
    expect(whole.stdout.match(/^ {2}f\d+\.parquet/gm)).toHaveLength(25)
    expect(whole.stdout).not.toContain('more; --all')
  })
})

describe('parquetry lake verify', () => {
  it('prints a line for each check and ends with 0 where all are right, within little memory', async () => {
    await writeExports()
    await world.sync()
    const before = (await listAll()).filter((line) => !line.startsWith('tmp'))
    const { code, stdout } = await lake(['verify'], { PARQUETRY_MEMORY_MB: '256' })
    expect(code).toBe(0)
    expect(stdout.match(/^ {2}ok {5}\S+ /gm)).toHaveLength(15)
    expect(stdout).toMatch(/^ {2}ok {5}spans +3 exported, 3 in lake, sum [0-9a-f]{16}$/m)
    expect(stdout).toMatch(/^ {2}ok {5}sources +3 sources, 8 rows, 1 without a place$/m)
    expect(stdout).toMatch(/All 15 checks are right: the lake is what the exports say\.\n$/)
    expect((await listAll()).filter((line) => !line.startsWith('tmp'))).toEqual(before)
    expect(await readdir(join(world.root, 'tmp'))).toEqual([])
  })

  it('names the checks that are wrong, with the place, and ends with 1', async () => {
    await writeExports()
    const { manifest } = await world.sync()
    const { file = '' } = manifest.partitions.find(({ table }) => table === 'agent_interaction') ?? {}
    await rm(join(world.lakeDir, file))
    const { code, stdout } = await lake(['verify'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ {2}WRONG {2}files +\d+ named, 1 missing$/m)
    expect(stdout).toContain(`         ${file} is missing\n`)
    expect(stdout).toMatch(/^ {2}WRONG {2}agent_interaction +1 expected, 0 in lake, 1 missing,/m)
    expect(stdout.match(/^ {2}ok /gm)).toHaveLength(12)
    expect(stdout).toMatch(/3 of 15 checks are wrong\.\nThe exports are the truth: remove .*\/lake and run/)
    expect(await readdir(join(world.root, 'tmp'))).toEqual([])
  })

  it('gives programs the same', async () => {
    await writeExports()
    const { manifest } = await world.sync()
    const right = await lake(['verify', '--json'])
    expect(right.code).toBe(0)
    const verified = JSON.parse(right.stdout)
    expect(Object.keys(verified)).toEqual([
      'exportsDir',
      'lakeDir',
      'generation',
      'publishedAt',
      'isRight',
      'checks',
    ])
    expect(verified).toMatchObject({ isRight: true, generation: manifest.generation })
    expect(verified.checks[0]).toEqual({
      name: 'files',
      about: expect.any(String),
      isRight: true,
      figures: expect.objectContaining({ missing: 0, unnamed: 0 }),
      differences: [],
    })
    await writeFile(join(world.lakeDir, 'left.parquet'), '')
    const wrong = await lake(['verify', '--json'])
    expect(wrong.code).toBe(1)
    const checks: readonly { name: string; isRight: boolean; differences: readonly string[] }[] = JSON.parse(
      wrong.stdout,
    ).checks
    expect(checks.filter((check) => !check.isRight)).toEqual([
      expect.objectContaining({ name: 'files', differences: ['left.parquet is not named by the manifest'] }),
    ])
  })

  it('says what keeps it from comparing', async () => {
    const none = await lake(['verify'])
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/no lake.*\n.*npm run import/) })
    await writeExports()
    await world.sync()
    await rename(join(world.exportsDir, 'a.parquet'), join(world.exportsDir, 'z.parquet'))
    const stale = await lake(['verify', '--json'])
    expect(stale).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/drop folder has changed.*\n.*npm run lake` says what changed/),
    })
  })

  it('refuses what it does not know', async () => {
    expect(await lake(['vrify'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/too many arguments/),
    })
    expect(await lake(['verify', '--jsn'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--json/),
    })
  })
})
