import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runApart } from '../../src/core/apart/run-apart.ts'
import type { Log } from '../../src/core/log.ts'
import { noProgress } from '../../src/core/progress.ts'
import type { Asked } from '../support/apart-process.ts'

const script = { url: new URL('../support/apart-process.ts', import.meta.url), version: 'this one' }
const { signal: never } = new AbortController()

/** A log that keeps its entries; `onEntry` hears of each. */
function createListLog(onEntry = () => {}) {
  const entries: string[] = []
  const at = (level: string) => (text: string) => {
    entries.push(`${level}: ${text}`)
    onEntry()
  }
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
  return { log, entries }
}

const ask = (asked: Asked, log = createListLog().log, signal = never) =>
  runApart<Asked, unknown>(script, asked, { log, progress: noProgress, signal })

it('a request goes and a result comes back, as they are', async () => {
  const value = { big: 2n ** 60n, when: new Date(0), list: [undefined, null, 'ä'], map: new Map([[1, 2]]) }
  expect(await ask({ act: 'echo', value })).toEqual(value)
})

it('its log entries are entries of this log', async () => {
  const { log, entries } = createListLog()
  await ask({ act: 'log', value: 'heard' }, log)
  expect(entries).toEqual([
    'error: error heard',
    'warn: warn heard',
    'info: info heard',
    'debug: debug heard',
  ])
})

it('its progress is told', async () => {
  const steps: unknown[] = []
  const progress = (...step: unknown[]) => steps.push(step)
  await runApart<Asked, unknown>(
    script,
    { act: 'echo' },
    { log: createListLog().log, progress, signal: never },
  )
  expect(steps).toEqual([['at it', 1, 2, 'a file']])
})

it('one of another version refuses', async () => {
  const options = { log: createListLog().log, progress: noProgress, signal: never }
  await expect(
    runApart<Asked, unknown>({ ...script, version: 'last week’s' }, { act: 'echo' }, options),
  ).rejects.toMatchObject({ details: { code: 'stale', next: 'Restart the server.' } })
})

it('what it throws is thrown here: errors for a caller with their details, others with their cause', async () => {
  await expect(ask({ act: 'refuse' })).rejects.toMatchObject({
    name: 'AppError',
    details: { code: 'not_found', message: 'Nothing there.', next: 'Look elsewhere.' },
  })
  await expect(ask({ act: 'file' })).rejects.toMatchObject({
    details: { code: 'unreadable_file', message: 'Cannot write /x: no space is left on the disk.' },
  })
  const error = await ask({ act: 'fail' }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ message: 'an inner cause' })
  expect((error as Error).stack).toMatch(/RangeError: an inner cause\n +at .*apart-process/)
})

it('its sudden end is an error with its last words', async () => {
  await expect(ask({ act: 'die' })).rejects.toMatchObject({
    name: 'SuddenEnd',
    by: 'SIGKILL',
    message: 'apart-process.ts ended (SIGKILL): last words',
  })
})

it('a script that cannot be loaded is an error that says so', async () => {
  const nowhere = { url: new URL('./no-such-process.ts', import.meta.url), version: '' }
  const options = { log: createListLog().log, progress: noProgress, signal: never }
  await expect(runApart(nowhere, {}, options)).rejects.toThrow(
    /no-such-process.ts ended \(1\): .*MODULE_NOT_FOUND/s,
  )
})

it('told to stop, it tidies up before it is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parquetry-apart-'))
  const stop = new AbortController()
  const { log } = createListLog(() => stop.abort())
  const file = join(folder, 'sign')
  await expect(ask({ act: 'tidy', value: file }, log, stop.signal)).rejects.toThrow(/abort/)
  expect(await readFile(file, 'utf8')).toBe('tidied up')
  await rm(folder, { recursive: true })
})

it('one that does not stop is ended', async () => {
  const stop = new AbortController()
  const { log } = createListLog(() => stop.abort())
  await expect(ask({ act: 'hang' }, log, stop.signal)).rejects.toThrow(/abort/)
}, 20_000)

it('is not started for work that was stopped before', async () => {
  const { log, entries } = createListLog()
  await expect(ask({ act: 'log' }, log, AbortSignal.abort())).rejects.toThrow(/abort/)
  expect(entries).toEqual([])
})

it.skipIf(process.platform !== 'linux')(
  'ends when who asked is killed, though its work takes no notice',
  async () => {
    const module = new URL('../../src/core/apart/run-apart.ts', import.meta.url).href
    const asker = `
    import { runApart } from ${JSON.stringify(module)}
    import { subscribe } from 'node:diagnostics_channel'
    subscribe('child_process', ({ process: child }) => setTimeout(() => console.log(child.pid), 10))
    const script = { url: new URL(${JSON.stringify(script.url.href)}), version: 'this one' }
    const options = { log: {}, progress: () => process.kill(process.pid, 'SIGKILL'), signal: new AbortController().signal }
    await runApart(script, { act: 'wait' }, options)`
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', asker], {
      encoding: 'utf8',
    })
    expect(signal).toBe('SIGKILL')
    const pid = Number(stdout)
    expect(pid).toBeGreaterThan(0)
    const lives = () => {
      try {
        // A zombie, which nobody may be there to take note of, is dead as well.
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) && process.kill(pid, 0)
      } catch {
        return false
      }
    }
    expect(lives()).toBe(true)
    for (let i = 0; i < 100 && lives(); i++) await delay(100)
    expect(lives()).toBe(false)
  },
  20_000,
)
