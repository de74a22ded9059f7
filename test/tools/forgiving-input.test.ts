import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { parseInput } from '../../src/tools/parse-input.ts'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

const filter = { path: 'Attributes.cx.contact.channel', in: ['voice'] }
const query = {
  key: 'n',
  service: 'agent_interaction',
  aggregates: [{ name: 'n', fn: 'count', path: '*' }],
  filters: [filter],
  orders: [{ path: 'n', direction: 'desc' }],
  limit: 10,
}
const plain = { ...window, queries: { scalar: [query] } }

const resultsOf = async (args: Record<string, unknown>) => {
  const { structured, isError, text } = await connection.call('traces_query', args)
  expect(isError, text).toBe(false)
  return { results: structured['results'], notes: (structured['notes'] ?? []) as string[], text }
}

describe('arguments that a client has put in another form are read as they were meant, and noted', () => {
  it.each<readonly [string, Record<string, unknown>, string]>([
    [
      'an object as JSON text',
      { ...plain, queries: JSON.stringify(plain.queries) },
      'queries was JSON as text',
    ],
    [
      'a list as JSON text',
      { ...window, queries: { scalar: JSON.stringify([query]) } },
      'queries.scalar was JSON as text',
    ],
    ['an object for a list', { ...window, queries: { scalar: query } }, 'queries.scalar was a single value'],
    [
      'a filter as JSON text',
      { ...window, queries: { scalar: [{ ...query, filters: [JSON.stringify(filter)] }] } },
      'queries.scalar[0].filters[0] was JSON as text',
    ],
    [
      'one value for a list',
      { ...window, queries: { scalar: [{ ...query, filters: [{ ...filter, in: 'voice' }] }] } },
      'queries.scalar[0].filters[0].in was a single value',
    ],
    [
      'a number as text',
      { ...window, queries: { scalar: [{ ...query, limit: '10' }] } },
      'queries.scalar[0].limit was a number as text',
    ],
    [
      'an option in capitals',
      { ...window, queries: { scalar: [{ ...query, orders: [{ path: 'n', direction: 'DESC' }] }] } },
      'queries.scalar[0].orders[0].direction was read as "desc"',
    ],
    [
      'a boolean as text',
      { ...window, queries: { scalar: [{ ...query, grouping: ['SpanName'], others: 'True' }] } },
      'queries.scalar[0].others was true or false as text',
    ],
    [
      'all of it',
      {
        ...window,
        queries: JSON.stringify({ scalar: JSON.stringify({ ...query, limit: '10' }) }),
        max_tokens: '6000',
      },
      'max_tokens was a number as text',
    ],
  ])('%s', async (about, args, note) => {
    const { results, notes, text } = await resultsOf(args)
    if (about !== 'a boolean as text') expect(results).toEqual((await resultsOf(plain)).results)
    expect(notes.join('\n')).toContain(note)
    expect(text).toContain(note)
  })

  it('a right call has no such note', async () => {
    expect((await resultsOf(plain)).notes).toEqual([])
  })

  it('other tools too', async () => {
    const { structured } = await connection.call('traces_list', { ...window, limit: '3', sort: 'Asc' })
    expect(structured['traces']).toHaveLength(3)
    expect(structured['notes']).toEqual(['sort was read as "asc".', 'limit was a number as text.'])
  })
})

describe('what says something else is refused, with its place', () => {
  it.each<readonly [string, Record<string, unknown>, RegExp]>([
    [
      'a text that is no number',
      { ...window, queries: { scalar: [{ ...query, limit: 'ten' }] } },
      /queries\.scalar\[0\]\.limit/,
    ],
    ['JSON that is cut', { ...window, queries: '{"scalar": [' }, /at: queries\n/],
    ['a list for an object', { ...window, queries: '[1]' }, /at: queries\n/],
    [
      'an unknown option',
      { ...window, queries: { scalar: [{ ...query, orders: [{ path: 'n', direction: 'up' }] }] } },
      /direction[\s\S]*asc/,
    ],
    [
      'an unknown key within JSON text',
      { ...window, queries: JSON.stringify({ scalar: [{ ...query, filter: [] }] }) },
      /filter[\s\S]*nearest: filters/,
    ],
    [
      'an unknown key of a filter that is told of in short',
      {
        ...window,
        queries: {
          facet: [
            { key: 'f', service: 'spans', path: 'SpanName', filters: [{ path: 'SpanName', equals: 'x' }] },
          ],
        },
      },
      /equals[\s\S]*valid: path, eq/,
    ],
    [
      'an unknown calendar part',
      { ...window, queries: { scalar: [{ ...query, grouping: [{ part: 'hour' }] }] } },
      /grouping\[0\]\.part[\s\S]*hour_of_day/,
    ],
    ['null', { ...window, queries: null }, /at: queries\n/],
  ])('%s', async (_, args, pattern) => {
    const { isError, text } = await connection.call('traces_query', args)
    expect(isError).toBe(true)
    expect(text).toMatch(pattern)
    expect(text).toContain('invalid_argument')
  })
})

describe('hostile forms', () => {
  const schema = z.strictObject({
    list: z.array(z.strictObject({ a: z.number() })).optional(),
    text: z.string().optional(),
  })
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`

  it.each([
    ['deep JSON', { list: deep }],
    ['long JSON', { list: `[${'{"a":1},'.repeat(100_000)}{"a":1}]` }],
    ['a prototype', { list: '{"__proto__":{"a":1}}' }],
    ['hundreds of wrong values', { list: Array.from({ length: 500 }, () => ({ a: '1' })) }],
  ])('%s ends soon, in an error', (_, args) => {
    const started = performance.now()
    expect(() => parseInput(schema, args)).toThrow()
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it('nothing of the caller’s own arguments is changed', () => {
    const args = { list: [{ a: '1' }, { a: 2 }] }
    expect(parseInput(schema, args).input).toEqual({ list: [{ a: 1 }, { a: 2 }] })
    expect(args).toEqual({ list: [{ a: '1' }, { a: 2 }] })
  })
})
