import { describe, expect, it } from 'vitest'
import { toStructFields } from '../../../src/exports/values/struct-type.ts'

describe('the fields of a struct type', () => {
  it('are told apart by commas outside brackets and quotes', () => {
    const type = `STRUCT(a INTEGER, "b, ""c) d" STRUCT(x DECIMAL(10,2), y VARCHAR)[], e MAP(VARCHAR, INTEGER), f ENUM('(', 'it''s'))[]`
    expect([...toStructFields(type)]).toEqual([
      ['a', 'INTEGER'],
      ['b, "c) d', 'STRUCT(x DECIMAL(10,2), y VARCHAR)[]'],
      ['e', 'MAP(VARCHAR, INTEGER)'],
      ['f', "ENUM('(', 'it''s')"],
    ])
    expect([...toStructFields('VARCHAR')]).toEqual([])
  })
})
