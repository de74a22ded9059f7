import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { openKnowledge } from '../../src/knowledge/open-knowledge.ts'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'
import { callPages, createDocsFolder, type DocsFolder } from './docs-folder.ts'

const run = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0
const mount = (folder: string, options: string) => run('mount', '-t', 'tmpfs', '-o', options, 'none', folder)

/** Whether this process may mount a small disk. */
async function hasDisks(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'disk-'))
  const isMounted = mount(folder, 'size=64k')
  if (isMounted) run('umount', folder)
  await rm(folder, { recursive: true })
  return isMounted
}

const embedders = createHashingEmbedders()
let folder: DocsFolder
const options = () => ({ docs: folder.corpora, index: folder.index, embedders })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error.details,
  )

/** Pages of which no two say the same, in some 3 MB of vectors alone. */
const putMany = async () => {
  for (let i = 0; i < 40; i++)
    await folder.write(
      `many/${i}.md`,
      Array.from({ length: 80 }, (_, k) => `## Part ${i}-${k}\n\n${`word${i}x${k} `.repeat(30)}`).join(
        '\n\n',
      ),
    )
}

describe.skipIf(!(await hasDisks()))('a disk that is full', () => {
  beforeEach(async () => {
    folder = await createDocsFolder(callPages)
    await mkdir(folder.index)
    expect(mount(folder.index, 'size=1500k')).toBe(true)
  })
  afterEach(async () => {
    expect(run('umount', '-l', folder.index)).toBe(true)
    await folder.dispose()
  })

  it('is named with the way out; the former index answers on, and nothing is left behind', async () => {
    await indexDocs(options(), noProgress)
    const before = (await readdir(folder.index)).sort()
    await putMany()
    for (let attempt = 0; attempt < 2; attempt++) {
      const details = await failure(indexDocs(options(), noProgress))
      expect(details).toMatchObject({ code: 'unreadable_file' })
      expect(details.message).toContain(folder.index)
      expect(details.next).toContain('npm run index-docs')
      expect((await readdir(folder.index)).sort()).toEqual(before)
    }
    const knowledge = openKnowledge(options())
    expect((await knowledge.search('choppy audio', 1)).hits[0]?.file).toBe('network/packet-loss.md')
    expect(mount(folder.index, 'remount,size=60m')).toBe(true)
    expect(await indexDocs(options(), noProgress)).toMatchObject({ added: 40, unchanged: 3 })
    expect((await knowledge.search('word7x7', 1)).hits[0]?.file).toBe('many/7.md')
    await knowledge.close()
  })
})
