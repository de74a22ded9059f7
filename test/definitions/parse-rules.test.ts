import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { parseRules } from '../../src/definitions/parse-rules.ts'

const own = `rules:
  slow_answer:
    title: Slow answer
    category: agent
    service: agent_interaction
    metric: Attributes.cx.agent.connect_ms
    unit: ms
    minor: { above: 5000 }
    severe: { above: 8000 }
    recommendation: Ask the team.
  odd_length:
    title: Odd length
    category: agent
    service: spans
    metric: Duration
    severe: { above: 4 }
    peers: { among: SpanName, period: day, min_samples: 10, scale: log }
    recommendation: Look at it.
  high_cpu: false
`

const failure = (text: string): string => {
  try {
    parseRules('insight-rules.yaml', text)
    return ''
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `${error.details.message} ${error.details.next}`
  }
}

test('rules are read, the worst limit first; false switches one off', () => {
  const rules = parseRules('insight-rules.yaml', own)
  expect(rules.get('slow_answer')).toMatchObject({
    tag: 'slow_answer',
    levels: [
      { severity: 'severe', comparison: 'above', threshold: 8000 },
      { severity: 'minor', comparison: 'above', threshold: 5000 },
    ],
  })
  expect(rules.get('odd_length')).toMatchObject({
    peers: { among: ['SpanName'], period: 'day', minSamples: 10, scale: 'log' },
  })
  expect(rules.get('high_cpu')).toBe(false)
})

describe('a wrong file is told by line and column', () => {
  test.each([
    ['above: 5000', 'abov: 5000', '8:14', 'Nearest: above'],
    ['{ above: 5000 }', '{ above: 5000, below: 3 }', '8:12', 'one of above, below'],
    ['{ above: 5000 }', '{ above: many }', '8:21', 'number'],
    ['service: agent_interaction', 'service: logs', '5:14', 'spans'],
    ['metric: Duration', 'metric: Length', '15:13', 'neither a column'],
    ['among: SpanName', 'among: Name', '17:21', 'neither a column'],
    ['severe: { above: 4 }', 'severe: { equals: 4 }', '16:13', 'robust standard deviations'],
    ['period: day', 'period: month', '17:39', 'day, week'],
    ['high_cpu: false', 'high_cpu: off', '19:13', ''],
    [
      '  high_cpu: false',
      '  nothing:\n    title: T\n    category: c\n    service: spans\n    metric: Duration\n    recommendation: R',
      '20:5',
      'limit',
    ],
  ])('%s written as %s', (right, wrong, place, told) => {
    const message = failure(own.replace(right, wrong))
    expect(message).toMatch(new RegExp(`^insight-rules\\.yaml:${place}:`))
    expect(message).toContain(told)
  })
})
