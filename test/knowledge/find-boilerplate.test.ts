import { describe, expect, it } from 'vitest'
import { findBoilerplate } from '../../src/knowledge/indexing/find-boilerplate.ts'

const footer = 'Licensed under the Apache licence.'
const page = (i: number, ...texts: string[]) => ({ file: `${i}.md`, texts: [`Page ${i}.`, ...texts] })
const pages = (count: number, texts: (i: number) => string[]) =>
  Array.from({ length: count }, (_, i) => page(i, ...texts(i)))

describe('what pages repeat', () => {
  it('stays on the first page that has it, and is taken out of the others', () => {
    const drop = findBoilerplate(pages(6, (i) => (i === 0 ? [] : [`Own ${i}.\n\n${footer}`])))
    expect(drop('1.md', `Own 1.\n\n${footer}`)).toBe(`Own 1.\n\n${footer}`)
    expect(drop('2.md', `Own 2.\n \t\n${footer}`)).toBe('Own 2.')
    expect(drop('3.md', footer)).toBe('')
    expect(drop('4.md', `Before.\n\nLicensed   under\nthe Apache licence.\n\nAfter.`)).toBe(
      'Before.\n\nAfter.',
    )
  })

  it('is none on four pages, on fewer than a tenth, or many times on one', () => {
    const four = findBoilerplate(pages(6, (i) => (i < 4 ? [footer] : [])))
    expect(four('1.md', footer)).toBe(footer)
    const few = findBoilerplate(pages(80, (i) => (i < 7 ? [footer] : [])))
    expect(few('1.md', footer)).toBe(footer)
    const tenth = findBoilerplate(pages(80, (i) => (i < 8 ? [footer] : [])))
    expect(tenth('1.md', footer)).toBe('')
    const one = findBoilerplate(pages(6, (i) => (i === 1 ? Array.from({ length: 9 }, () => footer) : [])))
    expect(one('2.md', footer)).toBe(footer)
  })
})
