import { describe, expect, test } from 'vitest'
import { findAlias } from '../../src/tools/find-alias.ts'

const keys = ['startTime', 'endTime', 'filters', 'limit', 'max_tokens', 'traceId', 'fn', 'path']

describe('a key that is clear', () => {
  test.each([
    ['start_time', 'startTime'],
    ['STARTTIME', 'startTime'],
    ['maxTokens', 'max_tokens'],
    ['from', 'startTime'],
    ['until', 'endTime'],
    ['function', 'fn'],
    ['field', 'path'],
  ])('%s is %s, whether it must be given or not', (key, meant) =>
    expect(findAlias(key, keys, [])).toBe(meant),
  )

  test.each([
    ['tracId', 'traceId'],
    ['startTimes', 'startTime'],
  ])('%s is %s where that must be given, and only there', (key, meant) => {
    expect(findAlias(key, keys, ['traceId', 'startTime'])).toBe(meant)
    expect(findAlias(key, keys, [])).toBeUndefined()
  })
})

describe('a key that is not clear', () => {
  test.each(['filter', 'fm', '', '__proto__', 'constructor', 'x'.repeat(10_000)])('%s', (key) => {
    expect(findAlias(key, keys, ['fn', 'path', 'traceId'])).toBeUndefined()
  })

  test('what is given already is not taken', () => {
    expect(findAlias('from', ['endTime'], ['endTime'])).toBeUndefined()
  })

  test('like two that must be given', () => {
    expect(findAlias('bimeStart', ['timeStart', 'limeStart'], ['timeStart', 'limeStart'])).toBeUndefined()
  })
})
