import { describe, expect, it } from 'vitest'
import { parseExpiry } from '../../src/cli/keys/parse-expiry.ts'

describe('the end of a key', () => {
  const now = Date.parse('2026-05-01T10:00:00Z')
  const parse = (text: string) => parseExpiry(text, '--expires', now)

  it('is a number of days or hours from now, the last day in UTC, or never', () => {
    expect(parse('90d')).toBe(Date.parse('2026-07-30T10:00:00Z'))
    expect(parse(' 12H ')).toBe(Date.parse('2026-05-01T22:00:00Z'))
    expect(parse('2027-01-31')).toBe(Date.parse('2027-02-01T00:00:00Z') - 1)
    expect(parse('2028-02-29')).toBe(Date.parse('2028-03-01T00:00:00Z') - 1)
    expect(parse('2026-05-01')).toBe(Date.parse('2026-05-02T00:00:00Z') - 1)
    expect(parse('Never')).toBeUndefined()
  })

  it.each([
    '',
    '90',
    'd',
    '-1d',
    '1.5d',
    '90 days',
    '1w',
    '999999d',
    '2027-02-29',
    '2027-13-01',
    '2027-1-1',
    'soon',
    '31.01.2027',
  ])('is not %j', (text) =>
    expect(() => parse(text)).toThrow('--expires is not a time that a key can end at.'),
  )

  it.each(['0d', '0h', '2026-04-30', '1970-01-01'])('is not %j, which is in the past', (text) => {
    expect(() => parse(text)).toThrow('--expires is in the past.')
  })
})
