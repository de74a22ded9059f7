import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { langfuse } from '../../../src/exports/layouts/platforms/langfuse.ts'
import type { LayoutWorld } from '../layout-world.ts'

export const md5 = (text: string) => createHash('md5').update(text).digest('hex')

export const uuid = '6f1c2d3e-4a5b-4c6d-8e7f-90a1b2c3d4e5'

export const metadata = { team: 'voice', nested: { a: [1] }, none: null }

export const canonical = {
  trace_id: uuid.replaceAll('-', ''),
  span_id: md5('obs-1').slice(0, 16),
  parent_span_id: md5('obs-0').slice(0, 16),
  trace_state: null,
  span_name: 'answer',
  span_kind: 'Client',
  service_name: 'langfuse',
  timestamp: '2026-05-01T10:00:00.123Z',
  duration_ns: 1_500_000_000,
  status_code: 'Error',
  status_message: 'too long',
  resource_attributes: { 'deployment.environment.name': 'production' },
  attributes: {
    'langfuse.trace.id': uuid,
    'langfuse.observation.id': 'obs-1',
    'langfuse.observation.type': 'GENERATION',
    'langfuse.observation.level': 'ERROR',
    'langfuse.project.id': 'p1',
    'langfuse.trace.name': 'call',
    'langfuse.tags': '["eu","beta"]',
    'langfuse.release': 'r1',
    'langfuse.version': 'v7',
    'langfuse.input': '[{"role":"user"}]',
    'langfuse.output': 'plain text',
    'langfuse.model.id': 'm1',
    'langfuse.model.parameters': '{"temperature":0.7}',
    'langfuse.completion_start_time': '2026-05-01 10:00:00.623000',
    'langfuse.time_to_first_token': '0.5',
    'langfuse.prompt.name': 'greeting',
    'langfuse.prompt.version': '3',
    'langfuse.tool_call_names': '["lookup"]',
    'langfuse.usage.total': '620',
    'langfuse.usage.input_cached_tokens': '3',
    'langfuse.cost.input': '0.25',
    'langfuse.cost.output': '0.5',
    'langfuse.cost.total': '0.75',
    'langfuse.metadata.team': 'voice',
    'langfuse.metadata.nested': '{"a":[1]}',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': '500',
    'gen_ai.usage.output_tokens': '120',
    'session.id': 's1',
    'user.id': 'u1',
  },
  scope_name: null,
  scope_version: null,
  events: [],
  links: [],
}

/** The columns of a JSON or CSV file, all VARCHAR, out of rows as a test states them. */
export async function readTexts(world: LayoutWorld, rows: readonly Readonly<Record<string, unknown>>[]) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const toText = (value: unknown) => {
    if (value === null || value === undefined) return 'NULL::VARCHAR'
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `'${text.replaceAll("'", "''")}'`
  }
  const selects = rows.map(
    (row) => `SELECT ${names.map((name) => `${toText(row[name])} AS "${name}"`).join(', ')}`,
  )
  const columns = new Map(names.map((name) => [name, 'VARCHAR']))
  const from = `(${selects.join(' UNION ALL ')})`
  const source = { columns, from, path: 'x', tables: new Map(), meta: undefined }
  expect(langfuse.matches(source)).toBe(true)
  return world.rowsOf(langfuse, source)
}
