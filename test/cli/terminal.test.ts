import { expect, test } from 'vitest'
import { toPace } from '../../src/cli/terminal.ts'

test.each([
  ['at first nothing is foretold', [5, 100, 0.5], '', ''],
  ['a few steps are not counted', [1, 9, 60], '', ''],
  ['fast steps', [2_500, 10_000, 2], ', 1,250/s,', ', 6 s left'],
  ['slow steps', [3, 300, 6], ', 0.5/s,', ', 10 min left'],
  ['the last steps', [100, 100, 10], ', 10/s,', ''],
] as const)('%s', (_, [done, total, seconds], rate, remaining) => {
  expect(toPace(done, total, seconds)).toEqual({ rate, remaining })
})
