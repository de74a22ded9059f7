import { matchTyped, type ResourceKind } from './resource.ts'

const mostListed = 1_000

/** A page of the documentation, as it was written. */
export const docs: ResourceKind = {
  template: 'doc://{+path}',
  variable: 'path',
  name: 'doc',
  title: 'Documentation page',
  description: 'A Markdown page of the documentation that knowledge answers from',
  mimeType: 'text/markdown',
  list: async ({ runtime }) => {
    const pages = await runtime.knowledge.listPages()
    return pages
      .slice(0, mostListed)
      .map((page) => ({ uri: `doc://${encodeURI(page)}`, name: page, mimeType: 'text/markdown' }))
  },
  complete: async (typed, { runtime }) => matchTyped(await runtime.knowledge.listPages(), typed),
  read: async (path, { runtime }) => ({
    mimeType: 'text/markdown',
    text: await runtime.knowledge.readPage(path),
  }),
}
