import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { agentSpanId, traceId } from '../support/contract-calls.ts'

/** Calls of each tool: few in every run of the tests, many with `npm run proof`. */
const runs = process.env['PARQUETRY_PROOF'] ? 3_000 : 60

let connection: Connection
beforeAll(async () => {
  connection = await connectInMemory(inject('sampleData'), { PARQUETRY_LOG: 'error' })
})
afterAll(() => connection.close())

type Schema = Readonly<{
  type?: string | readonly string[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  anyOf?: readonly Schema[]
  enum?: readonly unknown[]
  const?: unknown
  minimum?: number
  maximum?: number
}>

/** Texts that mean something here, and some that are meant to hurt. */
const words = [
  'agent_interaction',
  'spans',
  'logs',
  'traces',
  'TraceId',
  'SpanName',
  'Timestamp',
  'Duration',
  'n',
  'count',
  'avg',
  'p95',
  '*',
  'Attributes.cx.queue.name',
  'Attributes.cx.webrtc.audio.mos_score',
  'Attributes.cx.interaction.talk_ms',
  'Attributes.had_bot',
  '2026-05-01',
  '2026-05-04T00:00:00Z',
  'now-24h',
  'yesterday',
  'last monday 9:00-17:00',
  'Europe/Berlin',
  'ratio',
  'true',
  '10',
  traceId,
  agentSpanId,
  "'; DROP TABLE spans; --",
  '"',
  '\0',
  '../../etc/passwd',
  '⟦end⟧',
  '{"path":"x"}',
  '[1',
  '𝕏',
  '',
  ' ',
  '-1',
] as const

const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
)

const anything = fc.oneof(
  text,
  fc.integer({ min: -5, max: 2_000 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
  fc.array(text, { maxLength: 3 }),
)

function toNumber({ type, minimum = -10, maximum = 2_000 }: Schema): fc.Arbitrary<unknown> {
  const inside = { min: Math.ceil(Math.max(minimum, -1e6)), max: Math.floor(Math.min(maximum, 1e6)) }
  const right = type === 'integer' ? fc.integer(inside) : fc.double({ ...inside, noNaN: true })
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything })
}

/** Values that mostly fit a schema, and now and then don't. */
function toArbitrary(schema: Schema | undefined, depth = 0): fc.Arbitrary<unknown> {
  if (!schema || depth > 8) return anything
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum)
    return fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...schema.enum) },
      { weight: 1, arbitrary: anything },
    )
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => toArbitrary(one, depth + 1)))
  if (schema.type === 'string')
    return fc.oneof({ weight: 19, arbitrary: text }, { weight: 1, arbitrary: anything })
  if (schema.type === 'number' || schema.type === 'integer') return toNumber(schema)
  if (schema.type === 'boolean')
    return fc.oneof({ weight: 9, arbitrary: fc.boolean() }, { weight: 1, arbitrary: anything })
  if (schema.type === 'array')
    return fc.oneof(
      {
        weight: 19,
        arbitrary: fc.array(toArbitrary(schema.items, depth + 1), { minLength: 1, maxLength: 3 }),
      },
      { weight: 1, arbitrary: anything },
    )
  if (schema.properties)
    return fc.record(
      Object.fromEntries(
        Object.entries(schema.properties).map(([key, inner]) => [key, toArbitrary(inner, depth + 1)]),
      ),
      { requiredKeys: [...(schema.required ?? [])] },
    )
  // What is told in short: the forms of scalar queries are tried in its place.
  return schema.type === 'object' ? fc.oneof(brief, anything) : anything
}

const brief = fc.record(
  {
    path: text,
    name: text,
    fn: text,
    of: text,
    by: text,
    eq: anything,
    gte: anything,
    in: fc.array(text, { maxLength: 2 }),
    part: text,
    bin: fc.double(),
    direction: text,
    filters: fc.array(fc.record({ path: text, eq: anything }), { maxLength: 2 }),
    grouping: fc.array(text, { maxLength: 2 }),
    limit: fc.integer(),
  },
  { requiredKeys: ['path'] },
)

const tools = [
  'get_schema',
  'knowledge',
  'traces_list',
  'traces_query',
  'traces_get',
  'traces_span_insights',
  'traces_span_logs',
]

const day = { startTime: '2026-05-04', endTime: '2026-05-04' }

/** What a call begins from in half of the runs, so that it gets beyond its first argument. */
const bases: Readonly<Record<string, Record<string, unknown>>> = {
  traces_list: day,
  traces_query: {
    ...day,
    queries: { scalar: [{ key: 'k', service: 'spans', aggregates: [{ name: 'n', fn: 'count' }] }] },
  },
  traces_get: { traceId },
  traces_span_insights: { traceId, spanId: agentSpanId },
  traces_span_logs: { traceId, spanId: agentSpanId },
}

describe('whatever a client sends', () => {
  it.each(tools)(
    '%s answers or says what is wrong, and nothing of itself',
    async (name) => {
      const { tools: listed } = await connection.client.listTools()
      const schema = listed.find((tool) => tool.name === name)?.inputSchema as Schema
      let answered = 0
      await fc.assert(
        fc.asyncProperty(toArbitrary(schema), fc.nat(99), async (random, roll) => {
          const isObject = typeof random === 'object' && random !== null && !Array.isArray(random)
          const entries = isObject ? Object.entries(random) : []
          const one = Object.fromEntries(entries.slice(roll % Math.max(entries.length, 1)).slice(0, 1))
          const base = bases[name] ?? {}
          // Everything at random, beside a right call, or a right call with one thing at random.
          const args =
            roll < 30 ? random : roll < 60 ? { ...Object.fromEntries(entries), ...base } : { ...base, ...one }
          // The client checks structured content against the tool's output schema with a validator of its own.
          const {
            text: said,
            isError,
            structured,
          } = await connection.call(name, args as Record<string, unknown>)
          expect(said).not.toContain('Error (internal)')
          if (isError) {
            expect(said).toMatch(/^Error \([a-z_]+\): /)
            expect(said).not.toMatch(/SELECT|FROM \(|\bat \w+ \(|node_modules|\.ts:\d+/)
          } else answered++
          const budget = (args as { max_tokens?: unknown }).max_tokens
          const most = 4 * (typeof budget === 'number' && !isError ? budget : 20_000)
          if (!isError)
            for (const size of [said.length, JSON.stringify(structured).length])
              expect(size).toBeLessThanOrEqual(most)
        }),
        { numRuns: runs, seed: 7 },
      )
      expect(answered).toBeGreaterThan(0)
    },
    1_800_000,
  )
})
