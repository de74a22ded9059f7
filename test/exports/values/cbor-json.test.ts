import { describe, expect, it } from 'vitest'
import { toCborJson } from '../../../src/exports/values/attributes/cbor-json.ts'

const decode = (hex: string) => toCborJson(Buffer.from(hex, 'hex'))

describe('CBOR as JSON', () => {
  it.each([
    ['00', '0'],
    ['17', '23'],
    ['1818', '24'],
    ['1903e8', '1000'],
    ['1a000f4240', '1000000'],
    ['1bffffffffffffffff', '18446744073709551615'],
    ['20', '-1'],
    ['3903e7', '-1000'],
    ['3b7fffffffffffffff', '-9223372036854775808'],
  ])('writes whole number %s digit by digit', (hex, json) => {
    expect(decode(hex)).toBe(json)
  })

  it.each([
    ['f93c00', '1'],
    ['f93e00', '1.5'],
    ['f90001', '5.960464477539063e-8'],
    ['f9c400', '-4'],
    ['fa47c35000', '100000'],
    ['fb3ff199999999999a', '1.1'],
    ['f97c00', 'null'],
    ['fb7ff8000000000000', 'null'],
    ['f4', 'false'],
    ['f5', 'true'],
    ['f6', 'null'],
    ['f7', 'null'],
    ['f8ff', 'null'],
  ])('writes %s as %s', (hex, json) => {
    expect(decode(hex)).toBe(json)
  })

  it.each([
    ['60', '""'],
    ['6161', '"a"'],
    ['62225c', '"\\"\\\\"'],
    ['62c3bc', '"ü"'],
    ['7f6161626263ff', '"abc"'],
    ['4201ff', '"Af8="'],
    ['5f41014102ff', '"AQI="'],
  ])('writes string %s', (hex, json) => {
    expect(decode(hex)).toBe(json)
  })

  it.each([
    ['80', '[]'],
    ['83010203', '[1,2,3]'],
    ['9f018202039f0405ffff', '[1,[2,3],[4,5]]'],
    ['a0', '{}'],
    ['a26161016162820203', '{"a":1,"b":[2,3]}'],
    ['bf6161019f02ff03ff', '{"a":1,"[2]":3}'],
    ['bf6346756ef563416d7421ff', '{"Fun":true,"Amt":-2}'],
    ['a10102', '{"1":2}'],
  ])('writes list or map %s', (hex, json) => {
    expect(decode(hex)).toBe(json)
  })

  it('reads through tags', () => {
    expect(decode('c11a514b67b0')).toBe('1363896240')
  })

  it.each([
    ['nothing', ''],
    ['a cut number', '19'],
    ['a cut string', '6261'],
    ['a cut list', '8201'],
    ['a list without its end', '9f01'],
    ['an end of nothing', 'ff'],
    ['bytes after the value', '0000'],
    ['a reserved length', '1c'],
    ['a length beyond all bytes', '9bffffffffffffffff'],
    ['a string longer than anything', '7bffffffffffffffff61'],
    ['lists too deep', '81'.repeat(100_000)],
  ])('gives nothing for %s', (_, hex) => {
    expect(decode(hex)).toBeUndefined()
  })
})
