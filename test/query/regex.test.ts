import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Column } from '../../src/catalog/column.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { compileFilters } from '../../src/query/compile/filters.ts'
import { openEngine, source } from './sample.ts'
import { createRandom, pick } from './sample-rows.ts'

let engine: Engine

const textColumn: readonly Column[] = [{ path: 'text', name: 'text', type: 'string', unit: '', meaning: '' }]

beforeAll(async () => {
  engine = await openEngine()
})

afterAll(() => engine.close())

/** Whether the text matches, by the SQL that a filter compiles to. */
async function search(text: string, pattern: string) {
  const schema = { ...source.schema, columns: textColumn }
  const { sql, params } = compileFilters(schema, [{ path: 'text', regex: pattern }], 'filters')
  const rows = await engine.run({
    sql: `SELECT ${sql} AS found FROM (SELECT CAST(? AS VARCHAR) AS "text") AS source`,
    params: [...params, text],
  })
  return rows[0]?.['found']
}

const failure = (pattern: string) =>
  search('abc', pattern).then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error.details : error),
  )

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

describe('what RE2 does not know says so', () => {
  test.each([
    ['(?=a)', 'invalid perl operator', '(?='],
    ['(?!a)', 'invalid perl operator', '(?!'],
    ['x(?<=a)', 'invalid perl operator', '(?<'],
    ['(?z)', 'invalid perl operator', '(?z'],
    ['(?-)', 'invalid perl operator', '(?-)'],
    ['(a)\\1', 'invalid escape sequence', '\\1'],
    ['\\y', 'invalid escape sequence', '\\y'],
    ['\\u0041', 'invalid escape sequence', '\\u'],
    ['\\ü', 'invalid escape sequence', '\\ü'],
    ['\\x4', 'invalid escape sequence', '\\x4'],
    ['\\x{110000}', 'invalid escape sequence', '\\x{110000'],
    ['[a-\\d]', 'invalid escape sequence', '\\d'],
    ['[[:foo:]]', 'invalid character class range', '[:foo:]'],
    ['\\p{Foo}', 'invalid character class range', '\\p{Foo}'],
    ['[z-a]', 'invalid character class range', 'z-a'],
    ['(?P<$>x)', 'invalid named capture group', '(?P<$>'],
    ['(?P=n)', 'invalid perl operator', '(?P'],
    ['(', 'missing )', '('],
    ['a)', 'unexpected )', 'a)'],
    ['[a', 'missing ]', '[a'],
    ['[]', 'missing ]', '[]'],
    ['a\n[b', 'missing ]', '[b'],
    ['\\', 'trailing \\', ''],
    ['*', 'no argument for repetition operator', '*'],
    ['a**', 'bad repetition operator', '**'],
    ['a{1001}', 'invalid repetition size', '{1001}'],
    ['(x{1000}){1000}', 'invalid repetition size', '{1000}'],
    ['((a{100}){10}|\\pL{500}|\\PN{500}){1}', 'pattern too large', ''],
  ])('%j: %s', async (pattern, reason, piece) => {
    expect(await failure(pattern)).toEqual({
      code: 'invalid_argument',
      message: `The regular expression is malformed or too large for RE2: ${reason}.`,
      actual: piece,
      expected: 'an RE2 regular expression',
      next: expect.stringMatching(/no look-around and no back-references/),
    })
  })

  test('even where there is no row to search', async () => {
    const none = {
      sql: 'SELECT 1 AS n FROM range(0) WHERE regexp_matches(CAST(range AS VARCHAR), ?)',
      params: ['('],
    }
    await expect(engine.run(none)).rejects.toBeInstanceOf(AppError)
  })

  test('the piece is cut in the error', async () => {
    expect(await failure(`(${'a'.repeat(990)}`)).toMatchObject({ actual: `(${'a'.repeat(119)}` })
  })
})

test('a random pattern runs, or fails with what the caller can mend', async () => {
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
  )
  const outcomes = []
  for (const pattern of patterns) outcomes.push(await failure(pattern))
  const failures = outcomes.filter((outcome) => outcome !== undefined)
  expect(patterns.length - failures.length).toBeGreaterThan(800)
  for (const outcome of failures) expect(outcome).toMatchObject({ code: 'invalid_argument' })
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
