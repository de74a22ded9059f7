import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Client, Reply } from './client.ts'
import { type Docs, knownPage, type Page, passingPage, secretPage } from './docs.ts'
import { type Group, window } from './group.ts'

/** By whom and about what calls are made. */
export type Caller = Readonly<{ client: Client; key: string; group: Group; other: Group; docs: Docs }>

/** A call that throws where its answer is wrong; `weight` says how often it is made. */
export type Call = Readonly<{ name: string; weight: number; run(caller: Caller): Promise<void> }>

/** The structured content of a tool's answer. Throws where it is none, or an error. */
function read<Schema extends z.ZodType>(reply: Reply, schema: Schema): z.infer<Schema> {
  const isGood = reply.status === 200 && reply.result !== undefined && reply.result.isError !== true
  assert.ok(isGood, `status ${reply.status}: ${reply.body.slice(0, 400)}`)
  return schema.parse(reply.result?.structuredContent)
}

/** The code of a tool's error. */
function readCode({ status, result, body }: Reply): string | undefined {
  assert.equal(status, 200, body.slice(0, 400))
  assert.ok(result?.isError, `no error: ${body.slice(0, 400)}`)
  return /^Error \((\w+)\)/.exec(result?.content?.[0]?.text ?? '')?.[1]
}

const count = { name: 'n', fn: 'count', path: '*' }
const service = 'spans'
const countQueries = {
  scalar: [
    { key: 'whole', service, aggregates: [count] },
    { key: 'parts', service, grouping: ['SpanName'], aggregates: [count], limit: 1000 },
  ],
}
const cell = z.array(z.union([z.number(), z.string(), z.null()]))
const countSchema = z.object({
  results: z.object({ whole: z.object({ rows: z.array(cell) }), parts: z.object({ rows: z.array(cell) }) }),
})
const listSchema = z.object({ traces: z.array(z.object({ traceId: z.string() })) })
const traceSchema = z.object({ spanCount: z.number(), totalSpans: z.number().optional() })
const passagesSchema = z.object({ passages: z.array(z.object({ file: z.string() })) })
const toolsSchema = z.looseObject({ tools: z.array(z.object({ name: z.string() })) })

export const countCall = { tool: 'traces_query', args: { ...window, queries: countQueries } }
const toolCount = 7

const countAll: Call['run'] = async ({ client, key, group }) => {
  const mark = group.spans.mark()
  const { results } = read(await client.call(key, countCall.tool, countCall.args), countSchema)
  const whole = Number(results.whole.rows[0]?.[0])
  const parts = results.parts.rows.reduce((sum, row) => sum + Number(row.at(-1)), 0)
  assert.equal(parts, whole, 'two queries of one call disagree')
  group.spans.check(whole, mark)
}

const listTraces: Call['run'] = async ({ client, key, group }) => {
  const args = { ...window, limit: 50 }
  const { traces } = read(await client.call(key, 'traces_list', args), listSchema)
  assert.equal(traces.length, 50, 'fewer traces than there are')
  const foreign = traces.find(({ traceId }) => !group.traceIds.has(traceId))
  assert.equal(foreign, undefined, `a trace of another group: ${foreign?.traceId}`)
}

const getTrace: Call['run'] = async ({ client, key, group: { trace } }) => {
  const args = { traceId: trace.id, includeInternal: true }
  const found = read(await client.call(key, 'traces_get', args), traceSchema)
  assert.equal(found.totalSpans ?? found.spanCount, trace.spans, 'spans of a trace')
}

const getForeignTrace: Call['run'] = async ({ client, key, other }) => {
  const reply = await client.call(key, 'traces_get', { traceId: other.trace.id })
  assert.equal(readCode(reply), 'not_found', reply.body.slice(0, 400))
}

/** The files that answer the question of a page. */
const search = async ({ client, key }: Caller, { question }: Page) => {
  const reply = await client.call(key, 'knowledge', { query: question })
  return read(reply, passagesSchema).passages.map(({ file }) => file)
}

/** Each group knows its own pages only. */
const toPages = ({ name }: Group) =>
  name === 'default' ? { own: knownPage, foreign: secretPage } : { own: secretPage, foreign: knownPage }

const searchKnown: Call['run'] = async (caller) => {
  const { own } = toPages(caller.group)
  const files = await search(caller, own)
  assert.equal(files[0], own.file, `found ${files.join(', ')}`)
}

const searchForeign: Call['run'] = async (caller) => {
  const { foreign } = toPages(caller.group)
  const files = await search(caller, foreign)
  assert.ok(!files.includes(foreign.file), `a page of another group: ${foreign.file}`)
}

const searchPassing: Call['run'] = async (caller) => {
  if (caller.group.name !== 'default') return searchKnown(caller)
  const mark = caller.docs.page.mark()
  const files = await search(caller, passingPage)
  caller.docs.page.check(files.includes(passingPage.file), mark)
}

const askWrongly: Call['run'] = async ({ client, key }) => {
  const reply = await client.call(key, 'knowledge', { query: 'anything', file: 'none' })
  assert.equal(readCode(reply), 'invalid_argument', reply.body.slice(0, 400))
}

const describe: Call['run'] = async ({ client, key }) => {
  read(await client.call(key, 'get_schema', {}), z.looseObject({}))
}

const listTools: Call['run'] = async ({ client, key }) => {
  const { status, result, body } = await client.ask(key, 'tools/list')
  assert.equal(status, 200, body.slice(0, 400))
  assert.equal(toolsSchema.parse(result).tools.length, toolCount, 'tools')
}

const longestStayMs = 60

const vanish: Call['run'] = async ({ client, key }) => {
  const afterMs = Math.random() * longestStayMs
  await client.vanish(key, countCall.tool, countCall.args, afterMs, Math.random() < 0.3)
}

/** Whether a group's exports have been imported for the first time. */
export async function isImported({ client, key }: Caller): Promise<boolean> {
  const { result } = await client.call(key, countCall.tool, countCall.args)
  return result?.isError !== true
}

/** What is asked all the time. */
export const calls: readonly Call[] = [
  { name: 'traces_query, two counts that must agree', weight: 8, run: countAll },
  { name: 'traces_list', weight: 4, run: listTraces },
  { name: 'traces_get', weight: 4, run: getTrace },
  { name: 'traces_get of another group’s trace', weight: 2, run: getForeignTrace },
  { name: 'knowledge', weight: 4, run: searchKnown },
  { name: 'knowledge of another group’s page', weight: 2, run: searchForeign },
  { name: 'knowledge of a page that comes and goes', weight: 4, run: searchPassing },
  { name: 'get_schema', weight: 2, run: describe },
  { name: 'tools/list', weight: 2, run: listTools },
  { name: 'a wrong call', weight: 2, run: askWrongly },
  { name: 'a client that vanishes', weight: 4, run: vanish },
]
