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

test('10,000 characters against 2,000 names take no time to speak of', () => {
  const many = Array.from({ length: 2000 }, (_, i) => `Attributes.some.name.of.a.column.${i}`)
  const started = performance.now()
  findNearestNames('Attributes.some.'.repeat(625), many)
  expect(performance.now() - started).toBeLessThan(2000)
})
