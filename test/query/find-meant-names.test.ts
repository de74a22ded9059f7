import { describe, expect, test } from 'vitest'
import { aggregates } from '../../src/catalog/aggregates.ts'
import { operatorNames } from '../../src/catalog/operators.ts'
import { findMeantNames } from '../../src/query/find-meant-names.ts'

const functions = aggregates.map(({ name }) => name)

describe('the name that is meant comes first', () => {
  test.each([
    ['average', 'avg'],
    ['Mean', 'avg'],
    ['standard deviation', 'stddev'],
    ['COUNT_UNIQUE', 'count_distinct'],
    ['percentile90', 'p90'],
    ['90th', 'p90'],
    ['p05', 'p5'],
    ['pct_99', 'p99'],
    ['95th percentile', 'p95'],
  ])('%s is the function %s', (word, name) => expect(findMeantNames(word, functions)[0]).toBe(name))

  test.each([
    ['=', 'eq'],
    ['!=', 'neq'],
    ['<>', 'neq'],
    ['<', 'lt'],
    ['lessThan', 'lt'],
    ['less_than_or_equal', 'lte'],
    ['>=', 'gte'],
    ['like', 'contains'],
    ['equals', 'eq'],
    ['nin', 'not_in'],
    ['is_null', 'exists'],
    ['endsWith', 'regex'],
    ['contain', 'contains'],
  ])('%s is the operator %s', (word, name) => expect(findMeantNames(word, operatorNames)[0]).toBe(name))
})

test('only valid names are given, at most so many', () => {
  expect(findMeantNames('average', ['asc', 'desc'])).toEqual([])
  expect(findMeantNames('constructor', operatorNames)).toEqual([])
  expect(findMeantNames('mean', functions, 1)).toEqual(['avg'])
})
