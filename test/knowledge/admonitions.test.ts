import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../src/knowledge/markdown/chunk-document.ts'

const paragraph = (word: string, length: number) => `${word} `.repeat(length / (word.length + 1)).trim()
const textsOf = (source: string) => chunkDocument(source, 'a.md').map(({ text }) => text)

describe('admonitions', () => {
  const body = `${paragraph('first', 300)}\n\n- an item\n\n${paragraph('second', 300)}`

  it.each([
    ['Docusaurus', `:::note[Mind]\n\n${body}\n\n:::`],
    ['a container in a container', `::::tip\n\n${body}\n\n:::note\n\nInner.\n\n:::\n\n::::`],
    ['MkDocs', `!!! note "Mind"\n\n    ${body.replaceAll('\n', '\n    ').replaceAll(/ +\n/g, '\n')}`],
    ['a quote', `> [!NOTE]\n> ${body.replaceAll('\n', '\n> ')}`],
  ])('of %s stand whole in one passage where they fit', (_, note) => {
    const texts = textsOf(`# A\n\n${paragraph('before', 1_000)}\n\n${note}\n\n${paragraph('after', 1_000)}`)
    expect(texts.filter((text) => text.includes(note))).toHaveLength(1)
  })

  it('that are too long are cut along their own blocks', () => {
    const parts = ['one', 'two', 'three'].map((word) => paragraph(word, 900))
    const texts = textsOf(`# A\n\n:::note\n\n${parts.join('\n\n')}\n\n:::`)
    for (const part of parts) expect(texts.filter((text) => text.includes(part))).toHaveLength(1)
    expect(texts.length).toBeGreaterThan(1)
  })

  it('hide no heading, and one that is never closed is none', () => {
    const paths = (source: string) =>
      chunkDocument(source, 'a.md').map(({ headingPath }) => headingPath.at(-1))
    const long = paragraph('word', 400)
    expect(paths(`# A\n\n:::tabs\n\n## B\n\n${long}\n\n:::\n\n## C\n\n${long}`)).toEqual(['A', 'B', 'C'])
    expect(
      textsOf(`# A\n\n:::note\n\n${paragraph('open', 1_400)}\n\n${paragraph('last', 1_400)}`),
    ).toHaveLength(2)
  })
})

describe('anchors that a page gives itself', () => {
  const long = 'word '.repeat(80)

  it('are cited in place of the usual ones, and not part of the heading', () => {
    const chunks = chunkDocument(
      `# A\n\n## Set up {#setup}\n\n${long}\n\n## Set up { #b.2 .x }\n\n${long}`,
      'a.md',
    )
    expect(chunks.map(({ headingPath, anchor }) => [headingPath.at(-1), anchor])).toEqual([
      ['Set up', 'setup'],
      ['Set up', 'b.2'],
    ])
  })
})
