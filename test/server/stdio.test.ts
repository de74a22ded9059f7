import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectStdio } from '../support/connect.ts'
import { contractCalls, window } from '../support/contract-calls.ts'

describe('over stdio, with sample data', () => {
  let connection: Connection
  beforeAll(async () => {
    connection = await connectStdio(inject('sampleData'))
  })
  afterAll(() => connection.close())

  it('names itself and teaches the workflow', () => {
    expect(connection.client.getServerVersion()).toMatchObject({ name: 'parquetry', title: 'Parquetry' })
    expect(connection.client.getInstructions()).toMatch(/get_schema first/)
  })

  it('lists the seven tools in order, read-only, with both schemas', async () => {
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
    for (const tool of tools) {
      expect(tool.annotations).toMatchObject({
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      })
      expect(tool.inputSchema.type).toBe('object')
      expect(tool.outputSchema?.type).toBe('object')
      expect(Object.keys(tool.inputSchema)).not.toContain('anyOf')
    }
  })

  it('keeps the tool definitions under 9,000 tokens', async () => {
    const { tools } = await connection.client.listTools()
    expect(JSON.stringify(tools).length / 4).toBeLessThan(9_000)
  })

  it.each(contractCalls)(
    'answers $name in structured content and in text',
    async ({ name, arguments: args }) => {
      const answer = await connection.call(name, args)
      expect(answer.text).not.toMatch(/^Error/)
      expect(answer.isError).toBe(false)
      expect(Object.keys(answer.structured).length).toBeGreaterThan(0)
      expect(answer.text.length).toBeGreaterThan(100)
    },
  )

  it('answers an unknown tool with a protocol error and lives on', async () => {
    await expect(connection.client.callTool({ name: 'drop_tables', arguments: {} })).rejects.toThrow(
      /drop_tables/,
    )
    expect((await connection.call('get_schema', {})).isError).toBe(false)
  })
})

describe('over stdio, on an empty machine', () => {
  let data: string
  let connection: Connection
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'parquetry-empty-'))
    connection = await connectStdio(join(data, 'nothing-here'))
  })
  afterAll(async () => {
    await connection.close()
    await rm(data, { recursive: true, force: true })
  })

  it('answers the handshake and tools/list before anything is opened', async () => {
    expect((await connection.client.listTools()).tools).toHaveLength(7)
    expect(existsSync(join(data, 'nothing-here'))).toBe(false)
  })

  it('says in get_schema how to add data', async () => {
    const { structured, isError } = await connection.call('get_schema', {})
    expect(isError).toBe(false)
    expect(JSON.stringify(structured['notes'])).toMatch(/no trace exports yet.*generate-exports/)
  })

  it.each(['traces_query', 'traces_list'])('%s says how to add data', async (name) => {
    const queries = {
      scalar: [{ key: 'n', service: 'traces', aggregates: [{ name: 'n', fn: 'count', path: '*' }] }],
    }
    const { isError, text } = await connection.call(
      name,
      name === 'traces_query' ? { ...window, queries } : { ...window },
    )
    expect(isError).toBe(true)
    expect(text).toMatch(/no_data.*\n.*exports/)
  })

  it('indexes the documentation when it is first asked', async () => {
    const { isError, text } = await connection.call('knowledge', { query: 'What is MOS?' })
    expect(isError).toBe(false)
    expect(text).toMatch(/concepts\/mos\.md:\d+-\d+/)
  })
})
