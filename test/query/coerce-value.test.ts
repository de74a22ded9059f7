import { describe, expect, test } from 'vitest'
import type { Column, ColumnType } from '../../src/catalog/column.ts'
import { AppError } from '../../src/core/errors.ts'
import { coerceValue, type Operand } from '../../src/query/coerce-value.ts'

const column = (type: ColumnType): Column => ({
  path: 'Attributes.x',
  name: 'attributes_x',
  type,
  unit: 'ms',
  meaning: '',
})

const param = (type: ColumnType, operand: Operand) => {
  const { sql, params } = coerceValue(column(type), operand, 'f.eq')
  expect(params).toHaveLength(1)
  return [sql.match(/AS (\w+)\)/)?.[1] ?? 'none', params[0]]
}

const failure = (type: ColumnType, operand: Operand) => {
  try {
    coerceValue(column(type), operand, 'queries.table[0].filters[2].eq')
  } catch (error) {
    return error instanceof AppError ? error.details : error
  }
  return undefined
}

describe('booleans', () => {
  test.each([true, 'true', 'TRUE', ' True ', 1, '1'])('%j is true', (operand) => {
    expect(param('boolean', operand)).toEqual(['BOOLEAN', true])
  })

  test.each([false, 'false', 'False', 0, '0', -0])('%j is false', (operand) => {
    expect(param('boolean', operand)).toEqual(['BOOLEAN', false])
  })

  test.each(['yes', '', 2, 'null', 't', 0.5, '1.0'])('%j is neither', (operand) => {
    expect(failure('boolean', operand)).toEqual({
      code: 'invalid_argument',
      message: `Attributes.x is a boolean in ms; "${operand}" is not.`,
      path: 'queries.table[0].filters[2].eq',
      actual: operand,
      expected: '"true" or "false"',
      next: 'Give "true" or "false".',
    })
  })
})

describe('integers', () => {
  test.each([
    [3, 3n],
    [3.0, 3n],
    ['3', 3n],
    ['3.0', 3n],
    ['+3', 3n],
    [' -3 ', -3n],
    ['1e3', 1000n],
    ['007', 7n],
    [-0, 0n],
    [2 ** 53, 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['1777593600123456789', 1777593600123456789n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('%j is exact', (operand, wanted) => {
    expect(param('integer', operand)).toEqual(['BIGINT', wanted])
  })

  test.each([
    [3.5, 3.5],
    ['-3.5', -3.5],
    ['.5', 0.5],
    ['9223372036854775808', 2 ** 63],
    [1e300, 1e300],
    ['-1e300', -1e300],
  ])('%j is compared as a double', (operand, wanted) => {
    expect(param('integer', operand)).toEqual(['DOUBLE', wanted])
  })
})

describe('doubles', () => {
  test.each([
    [3, 3],
    ['3.25', 3.25],
    ['-1e-3', -0.001],
    ['5.', 5],
    [Number.MAX_VALUE, Number.MAX_VALUE],
  ])('%j', (operand, wanted) => {
    expect(param('double', operand)).toEqual(['DOUBLE', wanted])
  })
})

describe('no numbers', () => {
  const operands = ['', ' ', 'abc', 'NaN', 'Infinity', '1e999', '0x10', '1_000', '1,5', '3 ms', true, '--1']

  test.each(
    operands.flatMap((operand) => (['integer', 'double'] as const).map((type) => [type, operand] as const)),
  )('%s %j', (type, operand) => {
    expect(failure(type, operand)).toEqual({
      code: 'invalid_argument',
      message: `Attributes.x is ${type === 'integer' ? 'an integer' : 'a double'} in ms; "${operand}" is not.`,
      path: 'queries.table[0].filters[2].eq',
      actual: operand,
      expected: 'a number',
      next: 'Give a number.',
    })
  })

  test('a long text is cut', () => {
    const details = failure('integer', 'x'.repeat(10_000)) as { message: string; actual: string }
    expect(details.actual).toBe('x'.repeat(80))
    expect(details.message.length).toBeLessThan(200)
  })
})

describe('times', () => {
  test.each([
    ['2026-05-01T00:00:00Z', 1_777_593_600_000_000_000n],
    ['2026-05-01T02:00:00+02:00', 1_777_593_600_000_000_000n],
    ['2026-04-30T18:30:00-0530', 1_777_593_600_000_000_000n],
    ['2026-05-01 00:00:00.000000001z', 1_777_593_600_000_000_001n],
    ['9999-12-31T23:59:59Z', 2n ** 63n - 2n],
    ['0001-01-01T00:00:00Z', -9_223_286_400_000_000_000n],
  ])('%s', (operand, ns) => {
    expect(coerceValue(column('timestamp'), operand, 'f.eq')).toEqual({
      sql: 'make_timestamp_ns(CAST(? AS BIGINT))',
      params: [ns],
    })
  })

  test.each([['2026-05-01'], ['2026-05-01T00:00:00'], ['yesterday'], [1_777_593_600], [true], ['']])(
    '%j is refused, with the form wanted',
    (operand) => {
      expect(failure('timestamp', operand)).toMatchObject({
        code: 'invalid_argument',
        path: 'queries.table[0].filters[2].eq',
        actual: String(operand),
        expected: 'ISO 8601 with a zone, e.g. 2026-05-01T00:00:00Z or 2026-05-01T02:00:00+02:00',
      })
    },
  )
})

describe('texts', () => {
  test.each([['x'], ["'; DROP TABLE x; --"], [''], ['\0'], [3], [true]])('%j stays what it is', (operand) => {
    expect(coerceValue(column('string'), operand, 'f.eq')).toEqual({ sql: '?', params: [String(operand)] })
  })
})
