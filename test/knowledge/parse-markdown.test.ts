import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../src/knowledge/markdown/chunk-document.ts'
import { parseMarkdown } from '../../src/knowledge/markdown/parse-markdown.ts'

const golden = new URL('./golden/', import.meta.url)
const corpus = new URL('../../docs-corpus/', import.meta.url)
const readAll = (folder: URL) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n'))
const pages = readAll(corpus)

describe('parsing part by part', () => {
  const parts = [
    ...readAll(golden),
    '---\nnot: front matter\n---',
    '- a\n\n  - b\n\n      c\n- d',
    '> quote\nlazy\n> more',
    '~~~\n# code\n\n```\n~~~',
    '<!--\n\n# hidden\n\n-->',
    'Set\next\n===\ntext\n| a | b |\n| - | - |\n| 1 | 2 |',
    '[^1]: note\n\n    more\n\n[a]: http://a',
    '[b]: x\n    indented\n[c]: x\n"title\nof two lines"\n[d]: x',
    '    indented\n\n\n    code\n***',
    '1. one\n2) two\n+ three',
    '```\nunclosed\n\n# not a heading',
  ]

  it.each([1, 40, 300, 2_000])('finds the same blocks as at once: %i characters', (window) => {
    for (let first = 0; first < parts.length; first++) {
      const rotated = [...parts.slice(first), ...parts.slice(0, first)]
      for (const gap of ['\n', '\n\n']) {
        const source = rotated.join(gap)
        expect(parseMarkdown(source, window)).toEqual(parseMarkdown(source, Number.POSITIVE_INFINITY))
      }
    }
  })

  it('gives headings and lines of a page far larger than a part', () => {
    const page = '# Page\n\ntext\n\n| a |\n| - |\n| 1 |\n\n'
    const { blocks } = parseMarkdown(page.repeat(2_000))
    expect(blocks.length).toBe(6_000)
    expect(blocks.at(-3)).toEqual({
      kind: 'heading',
      depth: 1,
      title: 'Page',
      startLine: 15_993,
      endLine: 15_993,
    })
    expect(blocks.at(-1)).toMatchObject({ kind: 'table', startLine: 15_997, endLine: 15_999 })
  })
})

describe('headings', () => {
  it.each([
    ['# plain  words, 1.2 (x) #', 'plain words, 1.2 (x)'],
    ['## C#', 'C#'],
    ['### a|b: c > d', 'a|b: c > d'],
    ['# www.example.org', 'www.example.org'],
    ['# **b** `c` &amp; ~~d~~ [e](f) \\*', 'b c & d e *'],
    ['Setext *two*\nlines\n---', 'Setext two lines'],
    ['#', ''],
  ])('%j → %j', (source, title) => {
    expect(parseMarkdown(source).blocks).toMatchObject([{ kind: 'heading', title }])
  })
})

describe('time', () => {
  const ordinary = pages.join('\n\n')
  const large = ordinary.repeat(Math.ceil(5_000_000 / ordinary.length)).slice(0, 5_000_000)

  it('5 MB of ordinary pages', () => {
    const start = performance.now()
    expect(chunkDocument(large, 'large.md').length).toBeGreaterThan(5_000)
    expect(performance.now() - start).toBeLessThan(40_000)
  })

  it('grows with the number of headings and tables, not with its square', () => {
    const measure = (source: string) => {
      const start = performance.now()
      chunkDocument(source, 'x.md')
      return performance.now() - start
    }
    for (const unit of ['# h\n', '[a]: x\n', '| a |\n| - |\n| 1 |\n\n']) {
      measure(unit.repeat(2_000))
      const small = measure(unit.repeat(4_000))
      expect(measure(unit.repeat(40_000)), unit).toBeLessThan(40 * small + 1_000)
    }
  })

  it.each(['>', '> ', '- > ', '1. '])('%j too often on a line is refused at once', (marker) => {
    const start = performance.now()
    expect(() => parseMarkdown(`text\n\n${marker.repeat(50_000)}x`)).toThrow('nested too deeply')
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('long rules and runs of signs are no nesting', () => {
    expect(
      parseMarkdown(['-'.repeat(5_000), '*'.repeat(5_000), '+'.repeat(5_000)].join('\n\n')).blocks.length,
    ).toBe(3)
  })
})
