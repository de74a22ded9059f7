import { describe, expect, test } from 'vitest'
import { acceptsType, aggregateNames, aggregates } from '../../src/catalog/aggregates.ts'
import { getService, services } from '../../src/catalog/catalog.ts'
import { defineColumns, toAttributeKey, toColumnName } from '../../src/catalog/column.ts'
import { getOperator, operatorNames, operators } from '../../src/catalog/operators.ts'
import { AppError } from '../../src/core/errors.ts'
import { filterSchema } from '../../src/query/request/filters.ts'

const twice = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i)

describe.each(services.map((service) => [service.name, service] as const))(
  '%s',
  (_name, { columns, ...service }) => {
    test('says what a row is and what it is good for', () => {
      expect(service.grain).toMatch(/^one /)
      expect(service.use.length).toBeGreaterThan(20)
    })

    test('has no path and no lake column twice, whatever the case', () => {
      expect(twice(columns.map(({ path }) => path.toLowerCase()))).toEqual([])
      expect(twice([...columns.map(({ name }) => name), ...service.nestedColumns])).toEqual([])
    })

    test('has lake columns that any engine takes, made of the path', () => {
      for (const { path, name } of columns) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(name).toBe(toColumnName(path))
      }
    })

    test('has a meaning for each column, and the unit that the name promises', () => {
      for (const { path, meaning, unit, type } of columns) {
        expect(meaning.length, path).toBeGreaterThan(2)
        expect(meaning, path).not.toMatch(/[^.]\.$|\s$/)
        const promised = /_ms$/.test(path)
          ? 'ms'
          : /_pct$/.test(path)
            ? '%'
            : /_usd$/.test(path)
              ? 'USD'
              : undefined
        if (promised) expect([path, unit]).toEqual([path, promised])
        if (type === 'boolean') expect([path, unit]).toEqual([path, ''])
        if (type === 'timestamp') expect([path, unit]).toEqual([path, 'UTC'])
      }
    })

    test('has the columns that every query needs', () => {
      expect(columns).toContainEqual(
        expect.objectContaining({ path: 'Timestamp', type: 'timestamp', name: 'timestamp' }),
      )
      expect(columns).toContainEqual(
        expect.objectContaining({ path: 'TraceId', type: 'string', name: 'trace_id' }),
      )
    })

    test('asks attributes only where it has their map', () => {
      const maps = columns.flatMap(({ path }) => toAttributeKey(path)?.map ?? [])
      for (const map of new Set(maps)) expect(service.nestedColumns).toContain(map)
    })
  },
)

describe('services', () => {
  test('of the wire contract come first', () => {
    expect(services.slice(0, 4).map(({ name }) => name)).toEqual([
      'agent_interaction',
      'node_interaction',
      'ai_interaction',
      'journey_interaction',
    ])
  })

  test.each([
    ['agent_interactions', 'agent_interaction'],
    ['Agent_Interaction', 'agent_interaction'],
    ['journey', 'journey_interaction'],
    ['log', 'logs'],
  ])('%s is unknown; %s is near', (name, nearest) => {
    try {
      getService(name, 'queries.scalar[0].service')
      throw new Error('it was found')
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      expect(error.details).toMatchObject({
        code: 'unknown_name',
        path: 'queries.scalar[0].service',
        actual: name,
        expected: services.map((service) => service.name),
      })
      expect(error.details.nearest).toContain(nearest)
    }
  })

  test.each(services.map(({ name }) => name))('%s is found', (name) =>
    expect(getService(name, 'x').name).toBe(name),
  )
})

describe('toColumnName', () => {
  test.each([
    ['TraceId', 'trace_id'],
    ['ParentSpanId', 'parent_span_id'],
    ['Timestamp', 'timestamp'],
    ['Attributes.cx.queue.name', 'attributes_cx_queue_name'],
    ['ResourceAttributes.service.name', 'resource_attributes_service_name'],
    ['Attributes.http.statusCode', 'attributes_http_status_code'],
    ['Attributes.a"b; --', 'attributes_a_b_'],
    ['Attributes.p95', 'attributes_p95'],
  ])('%s → %s', (path, name) => expect(toColumnName(path)).toBe(name))

  test('a definition has prefix, name, type, unit and meaning', () => {
    expect(defineColumns('Attributes.', [['a.b_ms', 'integer', 'ms', 'Time']])).toEqual([
      { path: 'Attributes.a.b_ms', name: 'attributes_a_b_ms', type: 'integer', unit: 'ms', meaning: 'Time' },
    ])
  })
})

describe('toAttributeKey', () => {
  test.each([
    ['Attributes.cx.queue.name', { map: 'attributes', key: 'cx.queue.name' }],
    ['ResourceAttributes.service.name', { map: 'resource_attributes', key: 'service.name' }],
    ['Attributes.Attributes.x', { map: 'attributes', key: 'Attributes.x' }],
    ['TraceId', undefined],
    ['attributes.x', undefined],
    ['XAttributes.x', undefined],
  ])('%s', (path, wanted) => expect(toAttributeKey(path)).toEqual(wanted))
})

describe('operators and aggregates', () => {
  test('each operator of the list is described, in order, and is a field of a filter', () => {
    expect(operators.map(({ name }) => name)).toEqual([...operatorNames])
    for (const name of operatorNames) expect(getOperator(name).name).toBe(name)
    expect(Object.keys(filterSchema.shape).toSorted()).toEqual(['path', ...operatorNames].toSorted())
  })

  test('p1 to p99, and nine more', () => {
    const names = aggregates.map(({ name }) => name)
    expect(names).toHaveLength(108)
    expect(twice(names)).toEqual([])
    expect(names.filter((name) => /^p\d+$/.test(name))).toEqual(
      Array.from({ length: 99 }, (_, i) => `p${i + 1}`),
    )
    expect(aggregateNames).toEqual([...names.filter((name) => !/^p\d+$/.test(name)), 'p1..p99'])
  })

  test.each([
    ['count', 'string', true],
    ['max', 'timestamp', true],
    ['avg', 'boolean', true],
    ['avg', 'string', false],
    ['p90', 'timestamp', false],
    ['sum', 'double', true],
  ] as const)('%s takes a %s: %s', (name, type, wanted) => {
    const aggregate = aggregates.find((one) => one.name === name)
    expect(aggregate && acceptsType(aggregate, type)).toBe(wanted)
  })
})
