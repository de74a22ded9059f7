import { describe, expect, test } from 'vitest'
import { foldTree, listTimeShares } from '../../src/traces/fold-tree.ts'
import { describeShape, type SpanOutline, toTree } from '../../src/traces/outline.ts'
import { findCriticalPath, toSelfTime } from '../../src/traces/self-time.ts'
import { createRandom } from '../query/sample-rows.ts'

const ms = 1e6
const span = (
  id: string,
  parentId: string,
  from: number,
  to: number,
  more: Partial<SpanOutline> = {},
): SpanOutline => ({
  id,
  parentId,
  name: id,
  service: 's',
  startNs: from * ms,
  durationNs: (to - from) * ms,
  isError: false,
  message: '',
  ...more,
})

describe('the shape of a trace', () => {
  test('is told: roots, orphans, cycles and children outside of their parents', () => {
    const tree = toTree([
      span('root', '', 0, 100),
      span('other root', '', 5, 10),
      span('late', 'root', 90, 130),
      span('early', 'root', -3, 10),
      span('orphan', 'gone', 20, 30),
      span('below', 'orphan', 21, 29),
      span('x', 'y', 40, 50),
      span('y', 'x', 41, 50),
      span('z', 'y', 42, 43),
      span('self', 'self', 60, 61),
    ])
    expect(tree).toMatchObject({ roots: 3, orphans: 1, inCycles: 3, outside: { spans: 2, mostNs: 30 * ms } })
    expect(tree.tops.map(({ id }) => id)).toEqual(['root', 'other root', 'orphan', 'x', 'self'])
    expect(foldTree(tree).map(({ spanId, depth }) => `${depth}${spanId}`)).toEqual([
      '0root',
      '1early',
      '1late',
      '0other root',
      '0orphan',
      '1below',
      '0x',
      '1y',
      '2z',
      '0self',
    ])
    expect(describeShape(tree)).toHaveLength(4)
    expect(describeShape(toTree([span('root', '', 0, 1)]))).toEqual([])
  })

  test('each span stands in the tree once, whatever parents there are', () => {
    const random = createRandom(5)
    for (let round = 0; round < 200; round++) {
      const spans = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, i) => {
        const from = Math.floor(random() * 50)
        return span(
          `s${i}`,
          random() < 0.2 ? '' : `s${Math.floor(random() * 14)}`,
          from,
          from + random() * 50,
        )
      })
      const lines = foldTree(toTree(spans))
      expect(lines.map(({ spanId }) => spanId).sort()).toEqual(spans.map(({ id }) => id).sort())
    }
  })
})

/** The time from 0 to 100 in steps of a millisecond, as the truth that intervals are compared with. */
const steps = Array.from({ length: 100 }, (_, i) => i + 0.5)
const covers = ({ startNs, durationNs }: SpanOutline, at: number) =>
  startNs <= at * ms && at * ms < startNs + durationNs

describe('self time and the critical path', () => {
  const random = createRandom(11)
  const makeTrace = () => {
    const spans = [span('s0', '', 0, 100)]
    for (let i = 1; i < 2 + random() * 9; i++) {
      const from = Math.floor(random() * 100)
      const parent = Math.floor(random() * i)
      spans.push(span(`s${i}`, `s${parent}`, from, from + Math.floor(random() * 60)))
    }
    return toTree(spans)
  }

  test('self time is the time that no child covers', () => {
    for (let round = 0; round < 300; round++) {
      const tree = makeTrace()
      for (const one of tree.spans) {
        const children = tree.childrenOf(one)
        const own = steps
          .concat(steps.map((at) => at + 100))
          .filter((at) => covers(one, at) && !children.some((child) => covers(child, at)))
        expect(toSelfTime(one, children) / ms).toBeCloseTo(own.length, 6)
      }
    }
  })

  test('the path covers the root once, without gap or overlap, with spans that were running', () => {
    for (let round = 0; round < 300; round++) {
      const tree = makeTrace()
      const segments = findCriticalPath(tree, tree.tops[0] as SpanOutline)
      expect(segments[0]?.startNs).toBe(0)
      expect(segments.at(-1)?.endNs).toBe(100 * ms)
      for (const [i, { span: own, startNs, endNs }] of segments.entries()) {
        if (i > 0) expect(startNs).toBe(segments[i - 1]?.endNs)
        const real = tree.spans.find(({ id }) => id === own.id) as SpanOutline
        for (const at of steps) if (at * ms >= startNs && at * ms < endNs) expect(covers(real, at)).toBe(true)
      }
    }
  })

  test('the path goes through what was waited for', () => {
    const tree = toTree([
      span('root', '', 0, 100),
      span('a', 'root', 10, 40),
      span('b', 'root', 20, 60),
      span('c', 'root', 60, 90),
      span('c1', 'c', 70, 80),
      span('beyond', 'root', 95, 200),
    ])
    const segments = findCriticalPath(tree, tree.tops[0] as SpanOutline)
    expect(segments.map(({ span: { id }, startNs, endNs }) => `${id} ${startNs / ms}-${endNs / ms}`)).toEqual(
      ['root 0-20', 'b 20-60', 'c 60-70', 'c1 70-80', 'c 80-90', 'root 90-95', 'beyond 95-100'],
    )
  })
})

test('siblings that are alike are one line, with their count and percentiles', () => {
  const queries = Array.from({ length: 20 }, (_, i) =>
    span(`q${i}`, 'root', i, i + (i + 1) / 10, { name: 'SELECT', isError: i < 2 }),
  )
  const tree = toTree([
    span('root', '', 0, 100),
    ...queries,
    span('below', 'q3', 3, 3.1),
    span('one', 'root', 50, 60),
  ])
  expect(foldTree(tree)).toMatchObject([
    { spanId: 'root', depth: 0 },
    // Durations are 0.1 to 2.0 ms: nearest rank 10 of 20 is 1.0, 19 of 20 is 1.9; they add up to 21.
    {
      name: 'SELECT',
      spanId: 'q19',
      count: 20,
      p50Ms: 1,
      p95Ms: 1.9,
      maxMs: 2,
      durationMs: 21,
      selfMs: 20.9,
      errors: 2,
      below: 1,
      depth: 1,
    },
    { spanId: 'one', depth: 1 },
  ])
  // Of 100 ms the queries cover 0.1 + … + 1.0 = 5.5 apart and 10 to 21 together, and another span covers 10.
  expect(listTimeShares(tree)[0]).toMatchObject({ name: 'root', spans: 1, selfMs: 73.5, errors: 0 })
  expect(listTimeShares(tree).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3)
})

test('a span with 180,000 children is read like any other', () => {
  const children = Array.from({ length: 180_000 }, (_, i) =>
    span(`c${i}`, 'root', i % 100, (i % 100) + 1, { name: `n${i}` }),
  )
  const tree = toTree([span('root', '', 0, 200), ...children])
  expect(foldTree(tree)).toHaveLength(180_001)
  expect(
    foldTree(toTree([span('root', '', 0, 200), ...children.map((child) => ({ ...child, name: 'same' }))])),
  ).toMatchObject([{ spanId: 'root' }, { count: 180_000 }])
})
