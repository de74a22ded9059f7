import { describe, expect, test } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import type { Service } from '../../src/catalog/service.ts'
import { agentInteraction } from '../../src/catalog/services/agent-interaction.ts'
import { journeyInteraction } from '../../src/catalog/services/journey-interaction.ts'
import { AppError } from '../../src/core/errors.ts'
import { resolveColumn } from '../../src/query/resolve-column.ts'
import { source } from './sample.ts'

const failure = (service: Service, path: string) => {
  try {
    resolveColumn(
      { service, columns: service.columns, rare: [], hasUnnamed: false },
      path,
      'queries.table[0].columns[3]',
    )
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  throw new Error(`${path} was found`)
}

describe('an unknown path names the nearest', () => {
  test.each([
    ['Durration', 'Duration'],
    ['duration', 'Duration'],
    ['TIMESTAMP', 'Timestamp'],
    ['trace_id', 'TraceId'],
    ['Attributes.cx.webrtc.audio.mos_scor', 'Attributes.cx.webrtc.audio.mos_score'],
    ['attributes.CX.queue.NAME', 'Attributes.cx.queue.name'],
    ['cx.queue.name', 'Attributes.cx.queue.name'],
    ['queue.name', 'Attributes.cx.queue.name'],
    ['ResourceAttributes.cx.queue.name', 'Attributes.cx.queue.name'],
    ['Attributes.queue.name', 'Attributes.cx.queue.name'],
    ['Attributes.cx.webrtc.audio.jitter', 'Attributes.cx.webrtc.audio.jitter_ms'],
    ['mos_score', 'Attributes.cx.webrtc.audio.mos_score'],
  ])('%s → %s', (path, nearest) => {
    const details = failure(agentInteraction, path)
    expect(details).toMatchObject({
      code: 'unknown_name',
      message: `agent_interaction has no column "${path}".`,
      path: 'queries.table[0].columns[3]',
      actual: path,
    })
    expect(details.nearest).toContain(nearest)
    expect(details.next).toContain('{"service":"agent_interaction"}')
  })

  test('of the service asked, not of another', () => {
    expect(failure(journeyInteraction, 'Attributes.cx.had_agent').nearest?.[0]).toBe('Attributes.had_agent')
    expect(failure(journeyInteraction, 'had_bot').nearest?.[0]).toBe('Attributes.had_bot')
  })

  test('where none is near, the first columns are named', () => {
    const details = failure(agentInteraction, 'xyzzy')
    expect(details.nearest).toEqual([])
    expect(details.expected).toEqual(agentInteraction.columns.slice(0, 8).map(({ path }) => path))
  })

  test('a long path is cut', () => {
    const details = failure(agentInteraction, 'y'.repeat(500))
    expect(details.actual).toBe('y'.repeat(120))
    expect(details.message.length).toBeLessThan(200)
  })
})

describe('a known path', () => {
  test.each(services.map((service) => [service.name, service] as const))(
    'every one of %s is its column',
    (_, service) => {
      for (const column of service.columns) {
        expect(
          resolveColumn(
            { service, columns: service.columns, rare: [], hasUnnamed: false },
            column.path,
            'at',
          ),
        ).toEqual({
          column,
          sql: { sql: `"${column.name}"`, params: [] },
        })
      }
    },
  )

  test('a column goes before a rare attribute of the same path', () => {
    const [column] = source.schema.columns
    if (!column) throw new Error('no column')
    const found = resolveColumn(
      { ...source.schema, rare: [{ ...column, type: 'double' }] },
      column.path,
      'at',
    )
    expect(found.column.type).toBe('string')
  })
})

describe('where the maps may hold attributes without a name', () => {
  const schema = { ...source.schema, hasUnnamed: true }

  test('a path that is not known is looked up as text, its key a parameter', () => {
    const key = `it"s '; --`
    expect(resolveColumn(schema, `ResourceAttributes.${key}`, 'at')).toEqual({
      column: {
        path: `ResourceAttributes.${key}`,
        name: 'resource_attributes_it_s_',
        type: 'string',
        unit: '',
        meaning: '',
      },
      sql: { sql: `nullif("resource_attributes"[?], '')`, params: [key] },
    })
  })

  test('a known one is what it was', () => {
    for (const { path } of [...schema.columns, ...schema.rare])
      expect(resolveColumn(schema, path, 'at')).toEqual(resolveColumn(source.schema, path, 'at'))
  })

  test.each(['Attributes.', 'attributes.x', 'Timestmp', 'Attributes.a\0b'])('%j is still unknown', (path) => {
    expect(() => resolveColumn(schema, path, 'at')).toThrow(AppError)
  })
})
