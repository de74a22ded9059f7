import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { checkRegex } from '../../src/query/check-regex.ts'
import { openEngine } from './sample.ts'
import { createRandom, pick } from './sample-rows.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})

afterAll(() => engine.close())

const search = async (text: string, pattern: string) =>
  (
    await engine.run({
      sql: 'SELECT regexp_matches(?, ?) AS found',
      params: [text, checkRegex(pattern, 'f')],
    })
  )[0]?.['found']

const failure = (pattern: string) => {
  try {
    checkRegex(pattern, 'queries.table[0].filters[0].regex')
  } catch (error) {
    return error instanceof AppError ? error.details : error
  }
  return undefined
}

describe('what RE2 knows runs', () => {
  test.each([
    ['Lambda.TimeoutException', '^Lambda\\.', true],
    ['lambda', '(?i)LAMBDA', true],
    ['lambda', '(?i:LAM)bda', true],
    ['a\nb', '(?s)a.b', true],
    ['a\nb', 'a.b', false],
    ['größe', 'gr\\p{L}+e', true],
    ['größe', '\\pN', false],
    ['2026-05-01', '(?P<year>\\d{4})-(?P<month>\\d\\d)', true],
    ['x1', '[[:alpha:]][[:digit:]]', true],
    ['a.b', '\\Qa.b\\E', true],
    ['axb', '\\Qa.b\\E', false],
    ['(', '\\Q(\\E', true],
    ['a\\1', 'a\\\\1', true],
    ['AZ', '\\x41\\x{5A}', true],
    ['a_b', 'a\\_b', true],
    ['end', 'end\\z', true],
    ['a]', '[]a]{2}', true],
    ['日本', '^..$', true],
    ['', '^$', true],
    ['anything', '', true],
    ['xaax', 'a{2,3}', true],
    ['aaa', '(?U)a+', true],
  ])('%j against %s', async (text, pattern, wanted) => {
    expect(await search(text, pattern)).toBe(wanted)
  })
})

describe('what RE2 does not know is refused before it reaches the database', () => {
  test.each(['(?=a)', '(?!a)', 'x(?<=a)', '(?<!a)', '(a)\\1', '(?<n>a)\\2'])(
    '%s is unsupported',
    (pattern) => {
      expect(failure(pattern)).toEqual({
        code: 'invalid_argument',
        message: 'Look-around and back-references are not supported (RE2).',
        path: 'queries.table[0].filters[0].regex',
        actual: pattern,
        expected: 'an RE2 regular expression',
        next: 'Use several filters, or contains and starts_with.',
      })
    },
  )

  test.each([
    '(',
    ')',
    '[a',
    'a)',
    '*',
    '+a',
    'a**',
    '[z-a]',
    '\\',
    'a\\',
    '\\y',
    '\\k<n>',
    '\\u0041',
    '\\ü',
    '(?P=n)',
    '(?<n>a)',
    '[a-\\x41]',
    '(?z)',
    '\\E',
    '[]',
    '[^]',
  ])('%s is malformed', (pattern) => {
    expect(failure(pattern)).toMatchObject({
      code: 'invalid_argument',
      message: 'The regular expression is malformed.',
      actual: pattern,
    })
  })

  test.each(['a{1001}', 'a{2,1001}', 'a{5000,}'])('%s repeats too often', (pattern) => {
    expect(failure(pattern)).toMatchObject({
      code: 'invalid_argument',
      message: 'A repetition of the regular expression is longer than 1000.',
    })
  })

  test('the pattern is cut in the error', () => {
    expect(failure(`(${'a'.repeat(990)}`)).toMatchObject({ actual: `(${'a'.repeat(119)}` })
  })
})

test('what passes the check, the database takes', async () => {
  const random = createRandom(11)
  const pieces = [
    ..."ab\\()[]{}?*+|^$.-12,<>=!Pi:/&# é'",
    '(?',
    '(?P<',
    '(?i)',
    '(?U:',
    '[[:alpha:]]',
    '\\d',
    '\\p{L}',
    '\\pN',
  ]
  const more = [
    '\\Q',
    '\\E',
    '\\x41',
    '{2,3}',
    '{2000}',
    '[^',
    '\\y',
    '\\z',
    '\\C',
    '\\_',
    '\\é',
    '\\0',
    '\\1',
    '[a-',
  ]
  const patterns = Array.from({ length: 3000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(random, [...pieces, ...more])).join(''),
  ).filter((pattern) => failure(pattern) === undefined && !/\[[^\]]*\\[zC]/.test(pattern))
  expect(patterns.length).toBeGreaterThan(800)
  for (const pattern of patterns) await search('abc12', pattern)
})

describe('time is linear in the text', () => {
  test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(x+x+)+y'])(
    '%s',
    async (pattern) => {
      const started = performance.now()
      expect(await search(`${'a'.repeat(20_000)}${'x'.repeat(20_000)}!`, pattern)).toBe(false)
      expect(performance.now() - started).toBeLessThan(3000)
    },
  )
})
