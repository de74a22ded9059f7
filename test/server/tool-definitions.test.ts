import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'))
})
afterAll(() => connection.close())

test('tools are always listed in the same order and words', async () => {
  const { tools } = await connection.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'get_schema',
    'knowledge',
    'traces_list',
    'traces_query',
    'traces_get',
    'traces_span_insights',
    'traces_span_logs',
  ])
  const again = await connection.client.listTools()
  expect(JSON.stringify(again.tools)).toBe(JSON.stringify(tools))
})

test('no schema has a union at its top', async () => {
  const { tools } = await connection.client.listTools()
  for (const { inputSchema, outputSchema } of tools)
    for (const schema of [inputSchema, outputSchema])
      expect(Object.keys(schema ?? {})).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(anyOf|oneOf|allOf)$/)]),
      )
})
