import { afterEach, describe, expect, it } from 'vitest'
import { chunkDocument } from '../../src/knowledge/markdown/chunk-document.ts'
import { type Chunker, createChunker } from '../../src/knowledge/markdown/create-chunker.ts'

let chunker: Chunker
afterEach(() => chunker.close())

const row = `${'|a'.repeat(2_000)}|\n`
const wideTable = `${row}${'|-'.repeat(2_000)}|\n${row.repeat(300)}`
const page = { text: '---\ntitle: T\n---\n# A\n\ntext', file: 'a.md' }

describe('chunks of a thread', () => {
  it('are those of chunkDocument', async () => {
    chunker = createChunker()
    expect(await chunker.chunk(page)).toEqual(chunkDocument(page.text, page.file))
    expect(await chunker.chunk({ text: '', file: 'empty.md' })).toEqual([])
  })

  it('end with a document that takes too long, and the next one is not affected', async () => {
    chunker = createChunker((text) => (text === wideTable ? 1_500 : 20_000))
    await expect(chunker.chunk({ text: wideTable, file: 'wide.md' })).rejects.toThrow('takes too long')
    expect(await chunker.chunk(page)).toEqual(chunkDocument(page.text, page.file))
  })

  it('end with a document that the parser fails on, and the next one is not affected', async () => {
    chunker = createChunker()
    const deep = { text: '> '.repeat(1_000), file: 'deep.md' }
    await expect(chunker.chunk(deep)).rejects.toThrow('nested too deeply')
    expect(await chunker.chunk(page)).toEqual(chunkDocument(page.text, page.file))
  })

  it('leave this thread free', async () => {
    chunker = createChunker(() => 1_500)
    let ticks = 0
    const timer = setInterval(() => ticks++, 50)
    await chunker.chunk({ text: wideTable, file: 'wide.md' }).catch(() => {})
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(10)
  })
})
