import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runApart } from '../../src/core/apart/run-apart.ts'
import type { Log } from '../../src/core/log.ts'
import type { Asked } from '../support/apart-process.ts'

const script = new URL('../support/apart-process.ts', import.meta.url)

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

const ask = (asked: Asked, log = createListLog().log, signal = new AbortController().signal) =>
  runApart<Asked, unknown>(script, asked, { log, signal })

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

it('what it throws is thrown here: errors for a caller with their details, others with their cause', async () => {
  await expect(ask({ act: 'refuse' })).rejects.toMatchObject({
    name: 'AppError',
    details: { code: 'not_found', message: 'Nothing there.', next: 'Look elsewhere.' },
  })
  await expect(ask({ act: 'file' })).rejects.toMatchObject({
    details: { code: 'unreadable_file', message: 'Cannot write /x: no space is left on the disk.' },
  })
  await expect(ask({ act: 'fail' })).rejects.toThrow(/RangeError: an inner cause\n +at .*apart-process/)
})

it('its sudden end is an error with its last words', async () => {
  await expect(ask({ act: 'die' })).rejects.toThrow('apart-process.ts ended (SIGKILL): last words')
})

it('a script that cannot be loaded is an error that says so', async () => {
  const nowhere = new URL('./no-such-process.ts', import.meta.url)
  const options = { log: createListLog().log, signal: new AbortController().signal }
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
