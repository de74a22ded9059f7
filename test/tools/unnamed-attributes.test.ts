import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, connectInMemory } from '../support/connect.ts'
import { window } from '../support/contract-calls.ts'
import { type Attributes, at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld
let connection: Connection

const ns = at('2026-05-01T10:00:00Z')

/** Names of one row each: of as many rows, the first 2,000 by name are remembered. */
const many: Attributes = Object.fromEntries(
  Array.from({ length: 2_010 }, (_, i) => [`key.${String(i).padStart(4, '0')}`, String(i)]),
)

const leg = (id: number, attributes: Attributes, resource: Attributes = {}) => ({
  traceId: traceId(id),
  spanId: spanId(id),
  ns: ns + BigInt(id),
  name: 'cx.interaction.agent',
  attributes,
  resource,
})

beforeAll(async () => {
  world = await createLakeWorld('unnamed-attributes')
  await world.spans('a.parquet', [
    leg(1, { ...many, 'zz.size': '5' }, { 'zz.zone': 'north' }),
    leg(2, { 'zz.size': '40', '': 'no key', 'a\0b': 'NUL' }),
    leg(3, { 'a\0b': 'NUL' }),
    { ...leg(4, { few: '1' }), name: 'cx.flow.node' },
  ])
  await world.logs('logs.parquet', [{ ns, body: 'one', attributes: { few: '1' } }])
  connection = await connectInMemory(world.root, { PARQUETRY_IMPORT_WAIT_MS: '60000' })
})
afterAll(async () => {
  await connection.close()
  await world.close()
})

type Result = Readonly<{ columns?: unknown; rows?: unknown; error?: Readonly<{ code: string }> }>

async function query(queries: Record<string, unknown>): Promise<Readonly<Record<string, Result>>> {
  const { structured } = await connection.call('traces_query', { ...window, queries })
  return structured['results'] as Readonly<Record<string, Result>>
}

const table = (service: string, ...columns: readonly string[]) => ({
  table: [{ key: 'a', service, columns, orders: [{ path: 'Timestamp', direction: 'asc' }] }],
})

const last = 'Attributes.key.2009'

describe('attributes beyond those remembered', () => {
  it('are not listed', async () => {
    const names = async (search: string) => {
      const { text } = await connection.call('get_schema', { search, service: 'agent_interaction' })
      return text.includes(`Attributes.${search}`)
    }
    expect(await names('key.0001')).toBe(true)
    expect(await names('key.2009')).toBe(false)
  })

  it.each(['agent_interaction', 'spans'])('are read by their exact path, as text, of %s', async (service) => {
    const { a } = await query(table(service, last, 'ResourceAttributes.zz.zone', 'Attributes.key.0001'))
    expect(a?.columns).toMatchObject([{ type: 'string' }, { type: 'string' }, { type: 'integer' }])
    const rest = Array.from({ length: service === 'spans' ? 3 : 2 }, () => [null, null, null])
    expect(a?.rows).toEqual([['2009', 'north', 1], ...rest])
  })

  it('filter, group and aggregate in queries that share a scan', async () => {
    const count = { name: 'n', fn: 'count', path: last }
    const scalar = [
      { key: 'a', service: 'agent_interaction', aggregates: [count], grouping: [last] },
      {
        key: 'b',
        service: 'agent_interaction',
        aggregates: [count],
        filters: [{ path: last, exists: false }],
      },
    ]
    const { a, b, c } = await query({
      scalar,
      facet: [{ key: 'c', service: 'agent_interaction', path: 'Attributes.key.2008' }],
    })
    expect(a?.rows).toEqual(
      expect.arrayContaining([
        ['2009', 1],
        [null, 0],
      ]),
    )
    expect(b?.rows).toEqual([[0]])
    expect(c?.rows).toEqual([
      [null, 2],
      ['2008', 1],
    ])
  })

  it('find traces', async () => {
    const { text, isError } = await connection.call('traces_list', {
      ...window,
      filters: [{ path: last, eq: '2009' }],
    })
    expect(isError).toBe(false)
    expect(text).toContain(traceId(1))
    expect(text).not.toContain(traceId(2))
  })

  it('are empty where no row has them', async () => {
    const { a } = await query(table('agent_interaction', 'Attributes.nobody'))
    expect(a?.rows).toEqual([[null], [null], [null]])
  })

  it.each([
    ['agent_interaction', 'Durration'],
    ['agent_interaction', 'Attributes.'],
    ['agent_interaction', 'attributes.key.2009'],
    ['node_interaction', last],
    ['traces', last],
    ['logs', last],
  ])('do not make any path of %s right (%s)', async (service, path) => {
    const { a } = await query(table(service, path))
    expect(a?.error?.code).toBe('unknown_name')
  })
})
