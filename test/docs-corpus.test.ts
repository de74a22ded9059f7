import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { services } from '../src/catalog/catalog.ts'
import { type Connection, connectInMemory } from './support/connect.ts'

const root = resolve(import.meta.dirname, '../docs-corpus')
const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
const texts = pages.map((page) => ({ page, text: readFileSync(join(root, page), 'utf8') }))

const calls = texts.flatMap(({ page, text }) =>
  [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].flatMap(([, json = ''], i) => {
    const parsed = JSON.parse(json) as { name?: string; arguments?: Record<string, unknown> }
    return parsed.name && parsed.arguments
      ? [{ page, i, name: parsed.name, arguments: parsed.arguments }]
      : []
  }),
)

/** Attributes that the sample data carries beyond the catalog, so that discovery has something to find. */
const sampleAttributes = [
  'Attributes.cx.customer.tier',
  'Attributes.cx.order.value_eur',
  'Attributes.cx.debug.probe',
  'Attributes.cx.webrtc.codec',
]

describe('the documentation corpus', () => {
  let connection: Connection
  beforeAll(async () => {
    connection = await connectInMemory(inject('sampleData'))
  })
  afterAll(() => connection.close())

  it('has about forty pages of substance', () => {
    expect(pages.length).toBeGreaterThanOrEqual(40)
    expect(texts.filter(({ text }) => text.split(/\s+/).length < 100).map(({ page }) => page)).toEqual([])
  })

  it('has one title per page', () => {
    const titles = ({ text }: { text: string }) =>
      text.replaceAll(/^```[\s\S]*?^```/gm, '').match(/^# .+/gm)?.length
    expect(texts.filter((entry) => titles(entry) !== 1).map(({ page }) => page)).toEqual([])
  })

  it('links to pages that exist', () => {
    const broken = texts.flatMap(({ page, text }) =>
      [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .filter(([, target = '']) => !existsSync(join(root, dirname(page), target)))
        .map(([, target]) => `${page} -> ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('names only columns that the catalog or the sample data has', () => {
    const catalog = services.flatMap(({ columns }) => columns.map(({ path }) => path))
    const known = new Set([...catalog, ...sampleAttributes])
    const unknown = texts.flatMap(({ page, text }) =>
      [...text.matchAll(/`(Attributes\.[a-z0-9_.]*[a-z0-9_])`/g)]
        .filter(
          ([, path = '']) => !known.has(path) && ![...known].some((other) => other.startsWith(`${path}.`)),
        )
        .map(([, path]) => `${page}: ${path}`),
    )
    expect(unknown).toEqual([])
  })

  it('shows calls of every tool', () => {
    expect(new Set(calls.map(({ name }) => name)).size).toBe(7)
  })

  it.each(calls)('$page call $i ($name) answers', async ({ name, arguments: args }) => {
    const { isError, text, structured } = await connection.call(name, args)
    expect(isError ? text : '').toBe('')
    const results = Object.values(
      (structured['results'] ?? {}) as Record<string, { error?: unknown; rowCount?: number }>,
    )
    expect(results.filter(({ error }) => error !== undefined)).toEqual([])
    expect(results.filter(({ rowCount }) => rowCount === 0)).toEqual([])
  })
})
