import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { at, spanId, traceId } from '../../support/lake-rows.ts'
import type { LakeWorld } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'

export const ns = at('2026-05-01T10:00:00.123Z', 456_789n)

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

export const span = {
  traceId: traceId(1).toUpperCase(),
  spanId: spanId(1),
  parentSpanId: spanId(9),
  traceState: 'a=1',
  name: 'GET /x',
  kind: 2,
  startTimeUnixNano: String(ns),
  endTimeUnixNano: String(ns + 1_500_000_001n),
  attributes: [text('a', '1')],
  events: [
    { timeUnixNano: String(ns + 1n), name: 'retry', attributes: [{ key: 'n', value: { intValue: '1' } }] },
  ],
  links: [{ traceId: traceId(2), spanId: spanId(2), traceState: 'b=2', attributes: [text('kind', 'x')] }],
  status: { code: 2, message: 'it broke' },
}

export const canonicalSpan = {
  trace_id: traceId(1),
  span_id: spanId(1),
  parent_span_id: spanId(9),
  trace_state: 'a=1',
  span_name: 'GET /x',
  span_kind: 'Server',
  service_name: 'shop',
  timestamp: '2026-05-01T10:00:00.123456789Z',
  duration_ns: 1_500_000_001,
  status_code: 'Error',
  status_message: 'it broke',
  resource_attributes: { 'service.name': 'shop' },
  attributes: { a: '1' },
  scope_name: 'lib',
  scope_version: '1.0',
  events: [{ timestamp: '2026-05-01T10:00:00.123456790Z', name: 'retry', attributes: { n: '1' } }],
  links: [{ trace_id: traceId(2), span_id: spanId(2), trace_state: 'b=2', attributes: { kind: 'x' } }],
}

export const resource = { attributes: [text('service.name', 'shop')] }

export const scope = { name: 'lib', version: '1.0' }

export const batchOf = (...spans: readonly unknown[]) => ({ resource, scopeSpans: [{ scope, spans }] })

export const tracesOf = (...spans: readonly unknown[]) => ({ resourceSpans: [batchOf(...spans)] })

/** The same document with every name in snake case, as some protobuf libraries write it. */
export const toSnake = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value).replace(
      /"([a-z]+(?:[A-Z][a-z]+)+)":/g,
      (_, name: string) => `"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`,
    ),
  )

let files = 0

/** Writes documents as lines, and gives the file's path in the drop folder. */
export async function writeLines(world: LakeWorld, ...documents: readonly unknown[]): Promise<string> {
  const path = `otlp-${files++}.jsonl`
  await writeFile(
    join(world.exportsDir, path),
    documents.map((document) => JSON.stringify(document)).join('\n'),
  )
  return path
}

export const readSpans = async (world: LakeWorld, ...documents: readonly unknown[]) =>
  readCanonical(world, await writeLines(world, ...documents), 'spans')
