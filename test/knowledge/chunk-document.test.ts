import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Chunk, chunkDocument } from '../../src/knowledge/markdown/chunk-document.ts'

const golden = new URL('./golden/', import.meta.url)
const pages = readdirSync(golden).filter((name) => name.endsWith('.md'))
const read = (name: string) => readFileSync(new URL(name, golden), 'utf8')

const toLines = (source: string) => source.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
const paragraph = (topic: string, length = 400) =>
  `${topic} is explained here. `.repeat(length).slice(0, length).trim()

/** Lines of front matter, counted by hand: the fences and what is between them. */
const countFrontMatter = (lines: readonly string[]) => (lines[0] === '---' ? lines.indexOf('---', 1) + 1 : 0)

function findUncovered(source: string, chunks: readonly Chunk[]): string[] {
  const lines = toLines(source)
  const skip = countFrontMatter(lines)
  return lines.filter((line, index) => {
    const holders = chunks.filter(({ startLine, endLine }) => startLine <= index + 1 && index + 1 <= endLine)
    const isHeld = holders.some(({ text }) => text.includes(line))
    const isHeldInParts = holders
      .map(({ text }) => text)
      .join(' ')
      .includes(line.slice(-200))
    return index >= skip && line.trim() !== '' && !isHeld && !isHeldInParts
  })
}

describe('golden pages', () => {
  it.each(pages)('%s is cut as recorded', (name) => {
    expect(chunkDocument(read(name), name)).toEqual(JSON.parse(read(name.replace('.md', '.chunks.json'))))
  })

  it.each(pages)('%s: each non-blank line is in a chunk', (name) => {
    expect(findUncovered(read(name), chunkDocument(read(name), name))).toEqual([])
  })

  it.each(pages)('%s: each line of a chunk is, or ends, a line of its source', (name) => {
    const lines = toLines(read(name))
    for (const { text } of chunkDocument(read(name), name)) {
      for (const line of text.split('\n')) expect(lines.some((source) => source.includes(line))).toBe(true)
    }
  })

  it.each(pages.filter((name) => !/long/.test(name)))('%s: text is the source between its lines', (name) => {
    const lines = toLines(read(name))
    for (const { text, startLine, endLine } of chunkDocument(read(name), name)) {
      expect(text).toBe(lines.slice(startLine - 1, endLine).join('\n'))
      expect(text).toBe(text.replace(/^\n+|\n+$/g, ''))
    }
  })
})

describe('titles and paths', () => {
  const pathsOf = (source: string, file = 'a/my-page.md') =>
    chunkDocument(source, file).map((chunk) => chunk.headingPath)

  it('takes the title from front matter, else the first H1, else the file', () => {
    expect(pathsOf('---\ntitle: T\n---\ntext')).toEqual([['T']])
    expect(pathsOf('intro\n\n# H\n\ntext')).toEqual([['H'], ['H']])
    expect(pathsOf('only text')).toEqual([['my-page']])
  })

  it('does not repeat an H1 that equals the title, and keeps one that differs', () => {
    expect(pathsOf('---\ntitle: Setup\n---\n# setup\n\ntext')).toEqual([['Setup']])
    expect(pathsOf('---\ntitle: Setup\n---\n# Linux\n\ntext')).toEqual([['Setup', 'Linux']])
  })

  it('closes deeper headings at a shallower one, whatever levels were left out', () => {
    const source = ['# A', '#### Deep', '## B', '# C', '### D'].map(
      (heading) => `${heading}\n\n${paragraph('it')}`,
    )
    expect(pathsOf(source.join('\n\n'))).toEqual([
      ['A'],
      ['A', 'Deep'],
      ['A', 'B'],
      ['A', 'C'],
      ['A', 'C', 'D'],
    ])
  })

  it('gives heading text without its marks', () => {
    const [chunk] = chunkDocument('# The **`mos`** [score](x.md) &amp; <b>more</b>\n\ntext', 'x.md')
    expect(chunk?.title).toBe('The mos score & more')
    expect(chunk?.anchor).toBe('the-mos-score--more')
  })

  it('takes no heading out of code, quotes or lists', () => {
    const source = `# A\n\n${paragraph('one')}\n\n\`\`\`\n# code\n\`\`\`\n\n> # quote\n\n- # item\n`
    expect(pathsOf(source)).toEqual([['A']])
  })
})

describe('sizes', () => {
  const code = (length: number) => `\`\`\`\n${'line of code\n'.repeat(Math.ceil(length / 13))}\`\`\``

  it('keeps a code fence of up to 3,000 characters whole', () => {
    const fence = code(2_900)
    const source = `# A\n\n${paragraph('one')}\n\n${fence}\n\n${paragraph('two')}`
    expect(chunkDocument(source, 'a.md').map(({ text }) => text)).toContain(fence)
  })

  it('cuts a longer code fence between lines', () => {
    const chunks = chunkDocument(code(7_000), 'a.md')
    expect(chunks.length).toBe(3)
    for (const { text } of chunks) expect(text.length).toBeLessThanOrEqual(3_000)
    expect(chunks.map(({ text }) => text).join('\n')).toBe(code(7_000))
  })

  it('repeats the header of a long table and cites only the rows', () => {
    const [first, second] = chunkDocument(read('long-table.md'), 'long-table.md')
    const lines = toLines(read('long-table.md'))
    expect(second?.text.startsWith('| Code | Meaning | Action |\n| --- | --- | --- |\n| E0')).toBe(true)
    expect(second?.startLine).toBe((first?.endLine ?? 0) + 1)
    expect(second?.text.split('\n').slice(2)).toEqual(
      lines.slice((second?.startLine ?? 0) - 1, second?.endLine),
    )
  })

  it('cuts a list between items, nested ones with their parent', () => {
    for (const { text } of chunkDocument(read('list-cut.md'), 'list-cut.md').slice(1))
      expect(text).toMatch(/^\d+\. /)
  })

  it('cuts a very long line at sentences and never inside a surrogate pair', () => {
    for (const { text } of chunkDocument(read('long-line.md'), 'x.md')) expect(text).toMatch(/[.]$/)
    const emoji = '😀'.repeat(4_001)
    const chunks = chunkDocument(`a${emoji}`, 'x.md')
    expect(chunks.map(({ text }) => text).join('')).toBe(`a${emoji}`)
    for (const { text } of chunks) expect(text.isWellFormed()).toBe(true)
  })

  it('cuts a huge list item and a huge quote along their own blocks', () => {
    const inner = Array.from({ length: 8 }, (_, i) => paragraph(`topic ${i}`))
    for (const source of [`- ${inner.join('\n\n  ')}`, inner.map((text) => `> ${text}\n>\n`).join('')]) {
      const chunks = chunkDocument(source, 'x.md')
      expect(chunks.length).toBeGreaterThan(1)
      for (const { text } of chunks) expect(text.length).toBeLessThanOrEqual(1_700)
      expect(findUncovered(source, chunks)).toEqual([])
    }
  })

  it('joins a short section with its next sibling but not with one that has another parent', () => {
    const joined = chunkDocument(`# T\n\n## A\n\nshort\n\n## B\n\n${paragraph('b')}`, 'x.md')
    expect(joined.map(({ anchor }) => anchor)).toEqual(['a'])
    const apart = chunkDocument(
      `# T\n\n${paragraph('t')}\n\n## A\n\n### X\n\nshort\n\n## B\n\n### Y\n\nshort`,
      'x.md',
    )
    expect(apart.map(({ anchor }) => anchor)).toEqual(['t', 'x', 'y'])
  })

  it('does not drag a long sibling under a short one’s name', () => {
    const chunks = chunkDocument(`# T\n\n## A\n\nshort\n\n## B\n\n${paragraph('b', 1_490)}`, 'x.md')
    expect(chunks.map(({ anchor }) => anchor)).toEqual(['a', 'b'])
  })
})

describe('odd documents', () => {
  const odd: Readonly<Record<string, string>> = {
    'unclosed front matter': '---\ntitle: x\n\n# H\n\ntext',
    'unclosed fence': '# H\n\n```js\ncode\n\n# not a heading',
    'html and mdx': 'import X from "x"\n\n<X a={1}>\n\n# In\n\n</X>\n\n{/* note */}\n',
    'definitions only': '[a]: http://a\n[b]: http://b\n',
    'bare markers': '-\n\n  text below a bare marker\n-\n- x\n\n>\n> q\n>\n',
    'headings only': '# A\n## B\n### C\n## D',
    'empty headings': '#\n\n##\n\ntext',
    'lone carriage returns': '# A\rone\rtwo',
    'thematic breaks': '***\n\n---\n\n___',
    'ragged table': '| a | b |\n| - | - |\n| 1 |\n| 1 | 2 | 3 |\n',
    'tabs and spaces': '\t# code\n\n   # Heading \t\n\n \t \ntext',
    footnotes: 'a[^1]\n\n[^1]: one\n\n    more of one\n',
  }

  it.each(Object.entries(odd))('%s: nothing is lost', (_, source) => {
    expect(findUncovered(source, chunkDocument(source, 'x.md'))).toEqual([])
  })

  it.each(['', '\n\n', ' \t', '---\ntitle: x\n---\n'])('%j has no chunk', (source) => {
    expect(chunkDocument(source, 'x.md')).toEqual([])
  })

  it('loses nothing of documents put together at random', () => {
    let state = 7
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % below
    }
    const parts = [
      ...Object.values(odd).slice(2),
      ...pages.map(read).filter((page) => !page.startsWith('---')),
    ]
    for (let round = 0; round < 60; round++) {
      const source = Array.from({ length: 1 + random(6) }, () => parts[random(parts.length)]).join('\n\n')
      expect(findUncovered(source, chunkDocument(source, 'x.md'))).toEqual([])
    }
  })

  it('stays fast on text that makes inline parsers slow', () => {
    const start = performance.now()
    for (const hostile of ['*a_ ', '[', '[a](b', '`a``', '<a ', '**a ', '](', '~a ']) {
      expect(chunkDocument(hostile.repeat(20_000), 'x.md').length).toBeGreaterThan(0)
    }
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})
