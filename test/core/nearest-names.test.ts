import { describe, expect, test } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import { findNearestNames } from '../../src/core/nearest-names.ts'
import { createRandom, pick } from '../query/sample-rows.ts'

const paths = [...new Set(services.flatMap(({ columns }) => columns.map(({ path }) => path)))]

describe('found', () => {
  test.each([
    ['Durration', 'Duration'],
    ['Druation', 'Duration'],
    ['trace id', 'TraceId'],
    ['TRACEID', 'TraceId'],
    ['span_name', 'SpanName'],
    ['webrtc.audio.mos_score', 'Attributes.cx.webrtc.audio.mos_score'],
    ['cx.agent.username', 'Attributes.cx.agent.username'],
    ['Attributes.cx.webrtc.audio.jiter_ms', 'Attributes.cx.webrtc.audio.jitter_ms'],
    ['Attributes.cx.webrtc.jitter_ms', 'Attributes.cx.webrtc.audio.jitter_ms'],
    ['Attributes.had_agnet', 'Attributes.had_agent'],
  ])('%s → %s', (wanted, name) => expect(findNearestNames(wanted, paths)).toContain(name))

  test('each path from itself with two letters swapped, dropped or doubled, first of all', () => {
    const random = createRandom(2)
    for (const path of paths) {
      const at = path.length - 4 + Math.floor(random() * 3)
      const typo = pick(random, [
        `${path.slice(0, at)}${path.slice(at + 1)}`,
        `${path.slice(0, at)}${path[at]}${path.slice(at)}`,
        `${path.slice(0, at)}${path[at + 1]}${path[at]}${path.slice(at + 2)}`,
      ])
      expect(findNearestNames(typo, paths), typo).toContain(path)
    }
  })

  test('the same name in another spelling goes first', () => {
    expect(findNearestNames('ATTRIBUTES_CX_QUEUE_NAME', paths)[0]).toBe('Attributes.cx.queue.name')
    expect(findNearestNames('traceid', ['TraceIds', 'Trace', 'TraceId'])[0]).toBe('TraceId')
  })

  test('as many as asked for, best first, ties by name', () => {
    expect(findNearestNames('ab', ['abd', 'abc', 'ab', 'xyz'])).toEqual(['ab', 'abc', 'abd'])
    expect(findNearestNames('ab', ['abd', 'abc', 'ab', 'xyz'], 1)).toEqual(['ab'])
    expect(findNearestNames('ab', [])).toEqual([])
  })
})

describe('not found', () => {
  test.each(['xyzzy', 'qqqqqqqq', '', '???', '日本語', 'SELECT', '12345'])('%j is like nothing', (wanted) =>
    expect(findNearestNames(wanted, paths)).toEqual([]),
  )
})

test('names over 200 characters are no candidates, those of 200 are', () => {
  const name = 'a'.repeat(199)
  expect(findNearestNames(name, [`${name}bc`, `${name}b`])).toEqual([`${name}b`])
  expect(findNearestNames('x'.repeat(480), ['y'.repeat(1_000_000)])).toEqual([])
})

test('the first 2,000 names count', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `filler${i}`)
  expect(findNearestNames('Duration', [...names.slice(1), 'Duration'])).toEqual(['Duration'])
  expect(findNearestNames('Duration', [...names, 'Duration'])).toEqual([])
})

test('a distance beyond 5 edits is none, however long the names', () => {
  const name = 'abcdefghij'.repeat(10)
  expect(findNearestNames(`zzzzz${name}`, [name])).toEqual([name])
  expect(findNearestNames(`zzzzzz${name}`, [name])).toEqual([])
})

describe('the work is bounded', () => {
  /** The least of several runs: what the search itself takes, without what else the machine does. */
  const measure = (wanted: string, names: readonly string[]) =>
    Math.min(
      ...Array.from({ length: 7 }, () => {
        const started = performance.now()
        findNearestNames(wanted, names)
        return performance.now() - started
      }),
    )
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
  const long = 'abcdefgh'.repeat(60)

  test.each([
    ['names of 210 characters', long, many(10_000, (i) => `${long.slice(0, 205)}${10_000 + i}`)],
    [
      'names of 199 characters like the probe',
      long,
      many(10_000, (i) => `${long.slice(0, 194)}${10_000 + i}`),
    ],
    ['names of many words', 'abc.'.repeat(120), many(10_000, (i) => `${'abd.'.repeat(48)}${i}`)],
    ['keys of 1 MB', long, many(20, (i) => `${'a'.repeat(1_000_000)}${i}`)],
  ])('%s', (_what, wanted, names) => {
    const ordinary = measure(
      'Attributes.some.nmae.of.a.column',
      many(2000, (i) => `Attributes.some.name.of.a.column.${i}`),
    )
    expect(measure(wanted, names)).toBeLessThan(50 * ordinary)
  })
})
