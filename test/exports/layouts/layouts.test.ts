import { describe, expect, it } from 'vitest'
import type { Source } from '../../../src/exports/layouts/layout.ts'
import { layouts } from '../../../src/exports/layouts/layouts.ts'
import { findLayout } from '../../../src/exports/recognise.ts'

/** The layout that a file with just these columns, all texts, is taken for. */
function findName(names: readonly string[]): string | undefined {
  const columns = new Map(names.map((name) => [name, 'VARCHAR']))
  const source: Source = { path: 'any.csv', columns, from: 'any', tables: new Map(), meta: undefined }
  return findLayout(source)?.name
}

/** Those that are told by the types of their columns too, which no text file has. */
const typed = ['tempo', 'otap']

const known = layouts.flatMap(({ name, needs }) => (needs && !typed.includes(name) ? [{ name, needs }] : []))

describe('the list of layouts', () => {
  it('has each name once', () => {
    const names = layouts.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(known)(
    'takes a file of just the columns that $name needs for it, in whatever case',
    ({ name, needs }) => {
      expect(findName(needs)).toBe(name)
      expect(findName(needs.map((column) => column.toLowerCase()))).toBe(name)
    },
  )

  it.each(known)('does not take a file that lacks a column that $name needs for it', ({ name, needs }) => {
    for (const lacking of needs)
      expect(findName(needs.filter((column) => column !== lacking)), lacking).not.toBe(name)
  })
})
