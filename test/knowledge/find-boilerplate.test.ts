import { describe, expect, it } from 'vitest'
import { findBoilerplate } from '../../src/knowledge/indexing/find-boilerplate.ts'

const footer = 'Licensed under the Apache licence.'
const page = (i: number, ...texts: string[]) => ({ file: `${i}.md`, texts: [`Page ${i}.`, ...texts] })
const pages = (count: number, texts: (i: number) => string[]) =>
  Array.from({ length: count }, (_, i) => page(i, ...texts(i)))

describe('what pages repeat', () => {
  it('stays on the first page that has it, and is taken out of the others', () => {
    const drop = findBoilerplate(pages(12, (i) => (i === 0 ? [] : [`Own ${i}.\n\n${footer}`])))
    expect(drop('1.md', `Own 1.\n\n${footer}`)).toBe(`Own 1.\n\n${footer}`)
    expect(drop('2.md', `Own 2.\n \t\n${footer}`)).toBe('Own 2.')
    expect(drop('3.md', footer)).toBe('')
    expect(drop('4.md', `Before.\n\nLicensed   under\nthe Apache licence.\n\nAfter.`)).toBe(
      'Before.\n\nAfter.',
    )
  })

  it('is none on nine pages, on fewer than a fifth, or many times on one', () => {
    const nine = findBoilerplate(pages(20, (i) => (i < 9 ? [footer] : [])))
    expect(nine('1.md', footer)).toBe(footer)
    const few = findBoilerplate(pages(80, (i) => (i < 15 ? [footer] : [])))
    expect(few('1.md', footer)).toBe(footer)
    const fifth = findBoilerplate(pages(80, (i) => (i < 16 ? [footer] : [])))
    expect(fifth('1.md', footer)).toBe('')
    const one = findBoilerplate(pages(12, (i) => (i === 1 ? Array.from({ length: 12 }, () => footer) : [])))
    expect(one('2.md', footer)).toBe(footer)
  })

  it('is no heading and nothing of a block of code', () => {
    const code = '```ts\nimport { setup } from "lib"\n\nsetup()\n```'
    const text = `## See also\n\n${code}\n\n${footer}`
    const drop = findBoilerplate(pages(12, () => [text]))
    expect(drop('1.md', text)).toBe(`## See also\n\n${code}`)
  })
})
