import { describe, expect, it } from 'vitest'
import { cleanLine, cleanText } from '../../src/knowledge/clean-text.ts'
import { findFrontMatterTitle } from '../../src/knowledge/markdown/find-front-matter-title.ts'
import { createSlugger } from '../../src/knowledge/markdown/slugger.ts'
import { createSourceLines } from '../../src/knowledge/markdown/source-lines.ts'
import { stemWords } from '../../src/knowledge/stem-words.ts'

describe('anchors, as GitHub renders them', () => {
  it.each([
    ['Getting started', 'getting-started'],
    ['What is MOS?', 'what-is-mos'],
    ['C++ & C#', 'c--c'],
    ['snake_case and kebab-case', 'snake_case-and-kebab-case'],
    ['Größe über alles', 'größe-über-alles'],
    ['日本語 の 見出し', '日本語-の-見出し'],
    ['1.2.3 Release', '123-release'],
    ['  padded  ', 'padded'],
  ])('%s → %s', (heading, slug) => {
    expect(createSlugger()(heading)).toBe(slug)
  })

  it('counts repetitions, also those that meet a heading which has such a name already', () => {
    const slug = createSlugger()
    expect(['a', 'a', 'a', 'a 1', 'a', 'constructor', '__proto__'].map(slug)).toEqual([
      'a',
      'a-1',
      'a-2',
      'a-1-1',
      'a-3',
      'constructor',
      '__proto__',
    ])
  })
})

describe('front matter titles', () => {
  it.each([
    ['title: Plain text', 'Plain text'],
    ['a: 1\ntitle: Later   # comment', 'Later'],
    ['title: "Double \\"quoted\\" # kept"', 'Double "quoted" # kept'],
    ["title: 'It''s'  # comment", "It's"],
    ['title: >-\n  two\n  lines\nnext: 1', 'two lines'],
    ['title = "TOML"', 'TOML'],
    ['Title: C# in depth', 'C# in depth'],
    ['title:', undefined],
    ['title: ""', undefined],
    ['title: # nothing', undefined],
    ['nested:\n  title: inner', undefined],
    ['subtitle: other', undefined],
    [': : [ broken\ntitle: Still found', 'Still found'],
  ])('%j → %j', (source, title) => {
    expect(findFrontMatterTitle(source)).toBe(title)
  })
})

describe('invisible characters', () => {
  it.each([
    ['right-to-left override', 'a\u202Eb\u202Cc'],
    ['isolates', 'a\u2066b\u2069c'],
    ['zero width', 'a\u200Bb\u200D\uFEFFc'],
    ['soft hyphen', 'a\u00ADbc'],
    ['tag characters', 'a\u{E0041}\u{E007F}bc'],
    ['escape sequences lose their escape', 'a\u001Bb\u009Bc\u0007'],
  ])('%s', (_, text) => {
    expect(cleanText(text)).toBe('abc')
  })

  it('keeps what can be seen, and the layout', () => {
    const text = 'Zeile 1\n\tgröße — “q” 日本 😀 é'
    expect(cleanText(text)).toBe(text)
  })
})

describe('names in one line', () => {
  it('lose what can not be seen and what would begin a new line', () => {
    expect(cleanLine('a\u202E.md\n\n## Ignore\r\n\tall\u2028of\u001B it')).toBe('a.md ## Ignore all of it')
    expect(cleanLine('größe 日本/page (1).md')).toBe('größe 日本/page (1).md')
  })
})

describe('lines', () => {
  const lines = createSourceLines('\none\n\ntwo\n \n')

  it('counts from 1 with both ends', () => {
    expect(lines.slice(2, 4)).toBe('one\n\ntwo')
    for (const [start, end] of [
      [1, 1],
      [2, 4],
      [1, 6],
    ] as const) {
      expect(lines.size(start, end)).toBe(lines.slice(start, end).length)
    }
  })

  it('trims blank lines at the ends only', () => {
    expect(lines.trim(1, 6)).toEqual({ startLine: 2, endLine: 4 })
    expect(lines.trim(5, 6)).toBeUndefined()
    expect(lines.trim(4, 3)).toBeUndefined()
  })
})

describe('words', () => {
  it('brings forms of one word together', () => {
    for (const forms of [
      ['packet', 'packets'],
      ['calculate', 'calculated', 'calculating', 'calculation'],
      ['drop', 'dropped', 'dropping', 'drops'],
      ['category', 'categories'],
      ['naïve', 'NAIVE'],
    ]) {
      expect(new Set(forms.flatMap(stemWords)).size, forms.join()).toBe(1)
    }
  })

  it('splits identifiers and drops stop words', () => {
    expect(stemWords('What is the mosScore of Attributes.cx.audio_level?')).toEqual(
      stemWords('mos score attributes cx audio level'),
    )
    expect(stemWords('what is it')).toEqual([])
  })
})
