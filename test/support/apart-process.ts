/** A process that does for `apart.test.ts` what it is asked. */
import { setTimeout as delay } from 'node:timers/promises'
import { answerApart } from '../../src/core/apart/answer-process.ts'
import type { ApartOptions } from '../../src/core/apart/run-apart.ts'
import { AppError } from '../../src/core/errors.ts'

export type Asked = Readonly<{
  act: 'echo' | 'log' | 'refuse' | 'file' | 'fail' | 'die' | 'tidy' | 'wait' | 'hang'
  value?: unknown
}>

const run = async ({ act, value }: Asked, { log, progress, signal }: ApartOptions) => {
  progress('at it', 1, 2, 'a file')
  if (act === 'log')
    for (const level of ['error', 'warn', 'info', 'debug'] as const) log[level](`${level} ${value}`)
  if (act === 'refuse')
    throw new AppError({ code: 'not_found', message: 'Nothing there.', next: 'Look elsewhere.' })
  if (act === 'file')
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write', path: '/x' })
  if (act === 'fail') throw new RangeError('an inner cause')
  if (act === 'die') {
    process.stderr.write('last words')
    await delay(50)
    process.kill(process.pid, 'SIGKILL')
    await delay(5_000)
  }
  if (act === 'wait') await delay(60_000)
  if (act === 'tidy' || act === 'hang') {
    log.info('at work')
    await delay(60_000, undefined, { signal }).catch(() => {})
    if (act === 'hang') while (true);
    await import('node:fs').then(({ writeFileSync }) => writeFileSync(String(value), 'tidied up'))
  }
  return value
}

answerApart<Asked, unknown>(async () => ({ version: 'this one', run }))
