import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseGroup } from '../../../src/auth/principal.ts'
import { parseConfig } from '../../../src/config/config.ts'
import { toGroupConfig } from '../../../src/groups.ts'
import { window } from '../../support/contract-calls.ts'
import { type Group, makeGroup, traitsOf } from './group-world.ts'
import { makeData, makeKey, type RunningServer, runCommand, startServer } from './running-server.ts'

type Json = Record<string, unknown>
let data: string
let server: RunningServer
let red: Group
let blue: Group

beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  red = await makeGroup(data, 'red', 71)
  blue = await makeGroup(data, 'blue', 72)
  server = await startServer(data, [], { PARQUETRY_REQUESTS_PER_MINUTE: '100000' })
  // Each index and lake is made by the first call for it; both at once, as they would be.
  await Promise.all(
    [red, blue].flatMap(({ key }) => [
      server.call(key, 'knowledge', { query: 'How do I restart the gateway?' }),
      server.call(key, 'get_schema', {}),
    ]),
  )
})
afterAll(async () => {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
})

const resultOf = ({ body }: { body: Json }) => (body['result'] ?? body['error'] ?? {}) as Json
const structured = (reply: { body: Json }) => (resultOf(reply)['structuredContent'] ?? {}) as Json
const count = async (key: string) => {
  const scalar = [{ key: 'all', service: 'spans', aggregates: [{ name: 'n', fn: 'count' }] }]
  const { results } = structured(await server.call(key, 'traces_query', { ...window, queries: { scalar } }))
  return (results as Record<string, { rows: number[][] }>)['all']?.rows[0]?.[0]
}
const pairs = () =>
  [
    [red, blue],
    [blue, red],
  ] as const
const list = async (key: string, args: Json) =>
  structured(await server.call(key, 'traces_list', { ...window, limit: 5, ...args })) as {
    traces: { traceId: string }[]
    nextCursor?: Json
  }

describe('a key sees its group', () => {
  it('all of it, and not one row of another, whoever asked before', async () => {
    const asked = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? red : blue))
    const counts = await Promise.all(asked.map(({ key }) => count(key)))
    expect(counts).toEqual(asked.map(({ spans }) => spans))
    expect(red.spans).not.toBe(blue.spans)
    const whole = makeKey(data, 'whole').key
    expect(await count(whole)).toBeGreaterThan(20_000)
  })

  it('in the schema with its statistics and measures, also when both ask at once', async () => {
    const ask = ({ key }: Group, args: Json) => server.call(key, 'get_schema', args)
    for (const args of [{}, { service: 'agent_interaction' }, { service: 'spans' }]) {
      const both = await Promise.all([red, blue, red, blue].map((group) => ask(group, args)))
      for (const [at, { text }] of both.entries())
        expect(text).not.toMatch(traitsOf(at % 2 === 0 ? blue : red))
      const [first, second] = both
      expect(first?.text).not.toBe(second?.text)
    }
    const [{ text }] = await Promise.all([ask(red, {})])
    expect(text).toContain('red_legs')
  })

  it('in the documentation', async () => {
    for (const [mine, other] of pairs()) {
      const own = await server.call(mine.key, 'knowledge', { query: `What is the ${mine.word} procedure?` })
      expect(own.text).toContain(`Ada ${mine.name}`)
      for (const args of [
        { query: `What is the ${other.word} procedure of ${other.name}?` },
        { query: 'Who owns the gateway?', path: `docs/${other.name}-runbook.md` },
        { query: 'Who owns the gateway?', path: `../../${other.name}/docs` },
      ])
        expect(
          (await server.call(mine.key, 'knowledge', args)).text.replaceAll(
            JSON.stringify(args).slice(1, -1),
            '',
          ),
        ).not.toContain(`Ada ${other.name}`)
    }
  })
})

describe('no way leads to the other group', () => {
  it.each(['traces_get', 'traces_span_insights', 'traces_span_logs'])('by ids in %s', async (tool) => {
    for (const [mine, other] of pairs()) {
      const toArguments = ({ traceId, spanId }: Pick<Group, 'traceId' | 'spanId'>) =>
        tool === 'traces_get' ? { traceId } : { traceId, spanId }
      const own = await server.call(mine.key, tool, toArguments(mine))
      expect(resultOf(own)['isError'], own.text).toBeFalsy()
      for (const ids of [
        { traceId: other.traceId, spanId: other.spanId },
        { traceId: mine.traceId, spanId: other.spanId },
        { traceId: other.traceId, spanId: mine.spanId },
        { traceId: `../${other.name}/${other.traceId}`, spanId: other.spanId },
      ]) {
        if (tool === 'traces_get' && ids.traceId === mine.traceId) continue
        const reply = await server.call(mine.key, tool, toArguments(ids))
        expect(resultOf(reply)['isError'], reply.text).toBe(true)
        expect(reply.text).not.toMatch(/groups\/|Ada /)
      }
    }
  })

  it('by a filter, a group by or a measure', async () => {
    for (const [mine, other] of pairs()) {
      const found = await list(mine.key, { filters: [{ path: 'TraceId', eq: other.traceId }] })
      expect(found.traces).toEqual([])
      const scalar = [
        {
          key: 'k',
          service: 'agent_interaction',
          aggregates: [{ name: 'x', measure: `${other.name}_legs` }],
        },
      ]
      const reply = await server.call(mine.key, 'traces_query', { ...window, queries: { scalar } })
      expect(reply.text).not.toContain('secretly')
      const names = [
        { key: 'k', service: `../../${other.name}/lake/spans`, aggregates: [{ name: 'n', fn: 'count' }] },
      ]
      const path = await server.call(mine.key, 'traces_query', { ...window, queries: { scalar: names } })
      expect(path.text).toMatch(/"isError":true|"error"/)
    }
  })

  it('by a cursor that was given to the other key', async () => {
    for (const [mine, other] of pairs()) {
      const { nextCursor } = await list(other.key, {})
      expect(nextCursor).toBeTruthy()
      const foreign = await list(mine.key, { cursor: nextCursor })
      const theirs = new Set((await list(other.key, { limit: 200 })).traces.map(({ traceId }) => traceId))
      expect((foreign.traces ?? []).filter(({ traceId }) => theirs.has(traceId))).toEqual([])
    }
  })

  it('by a resource, a link to a result, a list or a completion', async () => {
    for (const [mine, other] of pairs()) {
      const table = [{ key: `of ${other.name}`, service: 'spans', columns: ['SpanId', 'TraceId'], limit: 1 }]
      const made = await server.call(other.key, 'traces_query', {
        ...window,
        export: 'csv',
        queries: { table },
      })
      const [, result = ''] = /"(result:\/\/[^"]+)"/.exec(made.text) ?? []
      expect(
        resultOf(await server.rpc(other.key, 'resources/read', { uri: result }))['contents'],
      ).toBeTruthy()
      const name = result.slice('result://'.length)
      const uris = [
        result,
        `result://../../${other.name}/results/${name}`,
        `result://..%2f..%2f${other.name}%2fresults%2f${name}`,
        `trace://${other.traceId}`,
        `doc://docs/${other.name}-runbook.md`,
        `doc://../../${other.name}/docs/${other.name}-runbook.md`,
        `doc://docs/%2e%2e/%2e%2e/${other.name}/docs/${other.name}-runbook.md`,
        `doc:///${data}/groups/${other.name}/docs/${other.name}-runbook.md`,
        `schema://../${other.name}`,
      ]
      for (const uri of uris) {
        const { text, body } = await server.rpc(mine.key, 'resources/read', { uri })
        expect(body['error'], uri).toBeTruthy()
        expect(text).not.toContain(`Ada ${other.name}`)
      }
      const shown = [
        await server.rpc(mine.key, 'resources/list', {}),
        await server.rpc(mine.key, 'resources/templates/list', {}),
        await server.rpc(mine.key, 'prompts/list', {}),
        await server.rpc(mine.key, 'tools/list', {}),
        await server.rpc(mine.key, 'prompts/get', {
          name: 'explain_trace',
          arguments: { traceId: mine.traceId },
        }),
      ]
      for (const [kind, variable] of [
        ['trace://{id}', 'id'],
        ['doc://{+path}', 'path'],
        ['result://{name}', 'name'],
      ])
        for (const value of ['', other.traceId.slice(0, 6), other.name, '../'])
          shown.push(
            await server.rpc(mine.key, 'completion/complete', {
              ref: { type: 'ref/resource', uri: kind },
              argument: { name: variable, value },
            }),
          )
      shown.push(
        await server.rpc(mine.key, 'completion/complete', {
          ref: { type: 'ref/prompt', name: 'explain_trace' },
          argument: { name: 'traceId', value: other.traceId.slice(0, 4) },
        }),
      )
      for (const { text } of shown) expect(text).not.toMatch(traitsOf(other))
      expect(shown[0]?.text).toContain(`${mine.name}-runbook`)
    }
  })

  it('by a token with another group or scope in it', async () => {
    const issued = await server.fetch('/token', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_secret: red.key,
        group: 'blue',
        scope: 'traces',
      }),
    })
    const token = String(issued.body['access_token'])
    expect(await count(token)).toBe(red.spans)
    const [head = '', claims = '', signature = ''] = token.split('.')
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const forge = (change: Json, header = head, sign = signature) =>
      `${header}.${Buffer.from(JSON.stringify({ ...said, ...change })).toString('base64url')}.${sign}`
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    for (const forged of [
      forge({ group: 'blue' }),
      forge({ scope: 'traces knowledge' }),
      forge({ group: 'blue' }, none, ''),
      forge({ exp: 9e9 }),
    ])
      expect((await server.rpc(forged, 'tools/list', {})).status).toBe(401)
  })

  it('by a group name that is a path', async () => {
    const hostile = [
      '../red',
      'red/../blue',
      '.',
      '..',
      '',
      'RED',
      'red ',
      '/etc',
      'a/b',
      'a\\b',
      '-x',
      'red\n',
      'ré',
    ]
    for (const group of hostile) {
      expect(() => parseGroup(group, 'group'), group).toThrow(/not a name of a group/)
      expect(() => toGroupConfig(parseConfig({ data }, {}), group), group).toThrow(/not a name of a group/)
    }
    for (const group of ['../red', '-x']) {
      const { code, output } = await runCommand(
        'keys',
        'create',
        '--data',
        data,
        '--name',
        'p',
        `--group=${group}`,
      )
      expect(code, group).toBe(1)
      expect(output).not.toMatch(/pq_[\w-]{20}/)
    }
  })
})

it('pages, metrics and health tell nobody of groups', async () => {
  const page = await server.fetch('/', {
    headers: { authorization: `Bearer ${red.key}`, 'x-forwarded-for': '10.0.0.1' },
  })
  expect(page.text).toContain(`<td>${red.spans.toLocaleString('en')}</td>`)
  const nobody = await server.fetch('/', { headers: { 'x-forwarded-for': '10.0.0.1' } })
  expect(nobody.text).not.toContain('<td>')
  for (const path of ['/', '/metrics', '/healthz', '/readyz'])
    for (const key of [red.key, blue.key]) {
      const { text } = await server.fetch(path, {
        headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': '10.0.0.1' },
      })
      expect(text, path).not.toMatch(/\b(?:red|blue)\b|groups\/|parquetry-http-/)
    }
})
