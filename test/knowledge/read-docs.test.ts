import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { readDocs } from '../../src/knowledge/indexing/read-docs.ts'
import { createDocsFolder, type DocsFolder } from './docs-folder.ts'

let folder: DocsFolder
afterEach(() => folder.dispose())

const read = () => readDocs(folder.corpora, noProgress)
const filesOf = async () => (await read()).docs.map(({ file }) => file)

describe('finding and reading', () => {
  it('takes the three extensions in any case, in code unit order, with / in paths', async () => {
    folder = await createDocsFolder({
      'b.md': 'b',
      'Z.MD': 'z',
      'a/x.mdx': 'x',
      'a/b/y.markdown': 'y',
      'a.txt': '-',
    })
    expect(await filesOf()).toEqual(['Z.MD', 'a/b/y.markdown', 'a/x.mdx', 'b.md'])
  })

  it('leaves out dot folders, dot files and node_modules', async () => {
    folder = await createDocsFolder({
      '.git/a.md': '',
      '.b.md': '',
      'node_modules/p/README.md': '',
      'c/d.md': 'd',
    })
    expect(await filesOf()).toEqual(['c/d.md'])
  })

  it('reads UTF-8, UTF-16 with its mark, and else Windows-1252; byte order marks are left out', async () => {
    folder = await createDocsFolder({ 'a.md': '\uFEFF# Größe' })
    await folder.write('b.md', Buffer.from('\uFEFF# Größe', 'utf16le'))
    await folder.write('c.md', Buffer.from('\uFEFF# Größe', 'utf16le').swap16())
    await folder.write('d.md', Buffer.from('# Größe', 'latin1'))
    await folder.write('e.md', new Uint8Array([35, 32, 0x80, 0x93]))
    const { docs, skipped } = await read()
    expect(docs.map(({ text }) => text)).toEqual([...Array.from({ length: 4 }, () => '# Größe'), '# €“'])
    expect(skipped).toEqual([])
  })

  it('reports binary, huge and unreadable files with their reasons', async () => {
    folder = await createDocsFolder({ 'good.md': 'good' })
    await folder.write('binary.md', new Uint8Array([35, 32, 0, 65]))
    await folder.write('huge.md', 'x'.repeat(5 * 1024 * 1024 + 1))
    await folder.write('largest.md', 'x'.repeat(5 * 1024 * 1024))
    await symlink(join(folder.docs, 'nowhere.md'), join(folder.docs, 'broken.md'))
    const { docs, skipped } = await read()
    expect(docs.map(({ file }) => file)).toEqual(['good.md', 'largest.md'])
    expect(skipped.map(({ file, reason }) => ({ file, reason }))).toEqual([
      { file: 'binary.md', reason: expect.stringContaining('binary') },
      { file: 'broken.md', reason: expect.stringContaining('ENOENT') },
      { file: 'huge.md', reason: expect.stringContaining('5 MB') },
    ])
  })

  it('enters no loop of links, whether to a parent, to itself or to a sibling', async () => {
    folder = await createDocsFolder({ 'a/one.md': '1', 'z/two.md': '2' })
    await symlink(folder.docs, join(folder.docs, 'a/up'))
    await symlink(join(folder.docs, 'z'), join(folder.docs, 'a/side'))
    await symlink(join(folder.docs, 'self'), join(folder.docs, 'self'))
    const { docs, skipped } = await read()
    expect(docs.map(({ file }) => file)).toEqual(['a/one.md', 'z/two.md'])
    expect(skipped.map(({ file }) => file)).toEqual(['a/side', 'a/up'])
  })

  it('follows no link out of the folder, to a folder or a file, directly or by another link', async () => {
    folder = await createDocsFolder({ 'in/one.md': '1' })
    await folder.write('../outside/far.md', 'far')
    await folder.write('../docs-beside/near.md', 'near')
    const outside = join(folder.docs, '../outside')
    await symlink(outside, join(folder.docs, 'far'))
    await symlink(join(folder.docs, '../docs-beside'), join(folder.docs, 'beside'))
    await symlink('../../outside/far.md', join(folder.docs, 'in/far.md'))
    await symlink(join(folder.docs, 'far'), join(folder.docs, 'by-another'))
    await symlink(join(folder.docs, '..'), join(folder.docs, 'parent'))
    await symlink(join(outside, 'far.md'), join(folder.docs, 'picture.png'))
    const { docs, skipped } = await read()
    expect(docs.map(({ file }) => file)).toEqual(['in/one.md'])
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['links out of the docs folder']))
    expect(skipped.map(({ file }) => file)).toEqual(['beside', 'by-another', 'far', 'in/far.md', 'parent'])
  })

  it('follows links inside the folder, and reads nothing twice', async () => {
    folder = await createDocsFolder({ 'in/one.md': '1', '.shared/two.md': '2', '.shared/sub/three.md': '3' })
    await symlink(join(folder.docs, 'in/one.md'), join(folder.docs, 'copy.md'))
    await symlink(join(folder.docs, '.shared/two.md'), join(folder.docs, 'a.md'))
    await symlink(join(folder.docs, '.shared/sub'), join(folder.docs, 'b'))
    await symlink(join(folder.docs, '.shared'), join(folder.docs, 'c'))
    await symlink(join(folder.docs, '.shared'), join(folder.docs, 'd'))
    const { docs, skipped } = await read()
    expect(docs.map(({ file, text }) => [file, text])).toEqual([
      ['a.md', '2'],
      ['b/three.md', '3'],
      ['in/one.md', '1'],
    ])
    expect(skipped.map(({ file }) => file)).toEqual(['copy.md', 'd'])
  })

  it('takes a docs folder that is a link itself', async () => {
    folder = await createDocsFolder({ 'in/one.md': '1' })
    await symlink(folder.docs, `${folder.docs}-link`)
    await symlink('in/one.md', join(folder.docs, 'copy.md'))
    const { docs, skipped } = await readDocs([{ name: '', folder: `${folder.docs}-link` }], noProgress)
    expect(docs.map(({ file }) => file)).toEqual(['in/one.md'])
    expect(skipped.map(({ file }) => file)).toEqual(['copy.md'])
  })

  it('tells its progress up to the total', async () => {
    folder = await createDocsFolder({ 'a.md': 'a', 'b.md': 'b' })
    const calls: unknown[] = []
    await readDocs(folder.corpora, (...call) => calls.push(call))
    expect(calls).toEqual([
      ['read', 1, 2],
      ['read', 2, 2],
    ])
  })
})
