import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import { AppError } from '../../src/core/errors.ts'
import { parseMeasures } from '../../src/definitions/parse-measures.ts'

const bundled = readFileSync(resolve(import.meta.dirname, '../../definitions/measures.yaml'), 'utf8')

const failure = (text: string): string => {
  try {
    parseMeasures('measures.yaml', text)
    return ''
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `${error.details.message} ${error.details.next}`
  }
}

/** Line and column of a piece of the file, from 1 on. */
const placeOf = (text: string, piece: string) => {
  const before = text.slice(0, text.indexOf(piece)).split('\n')
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

describe('the measures that come with Parquetry', () => {
  const measures = parseMeasures('measures.yaml', bundled)

  test('are those of a contact centre', () => {
    expect(measures.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'aht',
        'service_level',
        'abandon_rate',
        'transfer_rate',
        'occupancy',
        'containment',
        'poor_mos_rate',
      ]),
    )
  })

  test.each(measures.map((measure) => [measure.name, measure] as const))(
    '%s speaks of columns of its service',
    (name, { service, filters, numerator, denominator }) => {
      const columns = services
        .find((candidate) => candidate.name === service)
        ?.columns.map(({ path }) => path)
      const terms = [...numerator, ...denominator]
      const paths = [...filters, ...terms, ...terms.flatMap((term) => term.filters)].map(({ path }) => path)
      const unknown = [...new Set(paths)].filter((path) => path !== '*' && !columns?.includes(path))
      expect(unknown).toEqual(name === 'occupancy' ? ['Attributes.cx.agent.available_ms'] : [])
    },
  )
})

describe('a wrong file is told by line and column, with what would be right', () => {
  test.each([
    ['service: agent_interaction', 'service: agent', 'agent\n', 'agent_interaction'],
    [
      'fn: sum, path: Attributes.cx.interaction.talk_ms',
      'fn: median, path: Attributes.x',
      'median',
      'averages of averages',
    ],
    ['fn: sum, path', 'fn: suum, path', 'suum', 'Nearest: sum'],
    ['good: lower', 'good: low', 'low\n', 'higher, lower'],
    ['title: Average handle time', 'titel: Average handle time', 'titel', 'Nearest: title'],
    ['scale: 0.001', 'scale: thousandth', 'thousandth', 'number'],
    ['eq: true', 'equals: true', 'equals: true', 'Valid are: path, eq'],
    ['parameter: within_s', 'parameter: within', 'within,', 'within_s'],
    ['times: 1000', 'time: 1000', 'time: 1000', 'Nearest: times'],
    ['default: 20', 'default: twenty', 'twenty', 'number'],
    ['  aht:', '  A-H-T:', 'A-H-T', 'small letters'],
    ['warning: 0.8', 'warn: 0.8', 'warn: 0.8', 'warning'],
  ])('%s written as %s', (right, wrong, piece, told) => {
    const text = bundled.replace(right, wrong)
    expect(text).not.toBe(bundled)
    const message = failure(text)
    expect(message).toMatch(new RegExp(`^measures\\.yaml:${placeOf(text, piece)}:`))
    expect(message).toContain(told)
  })

  test.each([
    ['', 'measures.yaml:1:1'],
    ['- a', 'measures.yaml:1:1'],
    ['measures: {a: ', 'measures.yaml:1:'],
    [`measures: ${'{a: '.repeat(20_000)}`, 'measures.yaml:1:1'],
    [
      'measures: {a: {title: t, definition: d, service: spans, numerator: {fn: count, filters: [{path: X}]}}}',
      'no operator',
    ],
    ['measures: {a: {title: t, definition: d, service: spans, numerator: {fn: sum}}}', 'needs a path'],
  ])('%.60s', (text, told) => {
    expect(failure(text)).toContain(told)
  })
})
