import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { AppError, toErrorDetails } from '../../src/core/errors.ts'
import { toJsonNumber } from '../../src/core/json-value.ts'
import { createLog, type LogLevel } from '../../src/core/log.ts'
import { quoteName, quoteText } from '../../src/core/sql-text.ts'
import { version } from '../../src/core/version.ts'

describe('toJsonNumber', () => {
  test.each([
    [0, 0],
    [-0, 0],
    [1.5, 1.5],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [0n, 0],
    [9007199254740991n, 9007199254740991],
    [9007199254740992n, '9007199254740992'],
    [-9007199254740991n, -9007199254740991],
    [-9007199254740992n, '-9007199254740992'],
    [2n ** 127n, '170141183460469231731687303715884105728'],
  ])('%s', (value, wanted) => {
    expect(toJsonNumber(value)).toBe(wanted)
    expect(JSON.parse(JSON.stringify(toJsonNumber(value)))).toBe(wanted)
  })
})

describe('errors', () => {
  const details = { code: 'not_found', message: 'There is none.', path: 'traceId', actual: 'x' } as const

  test('an AppError shows what it says of itself', () => {
    const error = new AppError(details, { cause: new Error('secret') })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('AppError')
    expect(error.message).toBe('There is none.')
    expect(toErrorDetails(error)).toBe(details)
  })

  const secret = '/home/me/secret.parquet'

  test.each([
    ['an Error', new Error(secret)],
    ['an Error with a cause', new Error('x', { cause: new AppError({ ...details, message: secret }) })],
    ['a TypeError', new TypeError(secret)],
    ['a text', secret],
    [
      'an object like an AppError',
      { name: 'AppError', message: secret, details: { code: 'x', message: secret } },
    ],
    ['nothing', undefined],
    ['null', null],
    ['an error of several', new AggregateError([new Error(secret)], secret)],
  ])('%s never shows its text', (_what, error) => {
    const shown = toErrorDetails(error)
    expect(shown).toEqual({
      code: 'internal',
      message: 'Parquetry failed on this call; the cause is in the server log.',
      next: 'Try again with a narrower request; if it persists, report the log line.',
    })
    expect(JSON.stringify(shown)).not.toContain('secret')
  })
})

describe('log', () => {
  const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

  test.each(levels)('at %s it writes that and what is graver', (level) => {
    const lines: string[] = []
    const log = createLog(level, (line) => lines.push(line))
    for (const name of levels) log[name](`a ${name}`)
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual(
      levels.slice(0, levels.indexOf(level) + 1).map((name) => `${name} a ${name}\n`),
    )
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /)
  })
})

describe('a message in the log', () => {
  const write = (message: string) => {
    const lines: string[] = []
    createLog('info', (line) => lines.push(line)).warn(message)
    return lines.join('').replace(/^\S+ /, '')
  }

  test.each([
    [
      'forged\n2026-05-01T00:00:00.000Z info all is well',
      'forged\n  2026-05-01T00:00:00.000Z info all is well',
    ],
    ['\rforged', '\\u000dforged'],
    ['a\r\nb', 'a\\u000d\n  b'],
    ['\u001b[1A\u001b[2K', '\\u001b[1A\\u001b[2K'],
    ['a\u2028b\u0085c', 'a\\u2028b\\u0085c'],
    ['cannot read größe.parquet\t1', 'cannot read größe.parquet\t1'],
  ])('%j can forge no entry and move no cursor', (message, wanted) =>
    expect(write(message)).toBe(`warn ${wanted}\n`),
  )

  test('a stack stays a stack', () => {
    const stack = new Error('x').stack ?? ''
    expect(write(stack)).toBe(`warn ${stack.split('\n').join('\n  ')}\n`)
  })
})

describe('quoting', () => {
  test.each([
    ['plain', '"plain"', "'plain'"],
    ['a"b', '"a""b"', `'a"b'`],
    [`it's`, `"it's"`, `'it''s'`],
    [`"';--`, `"""';--"`, `'"'';--'`],
    ['', '""', "''"],
    ['back\\slash', '"back\\slash"', "'back\\slash'"],
  ])('%s', (text, name, literal) => {
    expect(quoteName(text)).toBe(name)
    expect(quoteText(text)).toBe(literal)
  })

  test.each(['\0', "a\0'; DROP TABLE t; --", 'a\0'])('%j is a fault: NUL would cut the SQL', (text) => {
    expect(() => quoteName(text)).toThrow('a NUL character in SQL text')
    expect(() => quoteText(text)).toThrow('a NUL character in SQL text')
  })
})

test('the version is that of the package', () => {
  const file = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(version).toBe(file.version)
})
