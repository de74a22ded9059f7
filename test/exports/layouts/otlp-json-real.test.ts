import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../src/engine/engine.ts'
import { createLakeWorld, type LakeWorld } from '../../support/lake-world.ts'
import { readCanonical } from '../canonical-rows.ts'
import { readDocuments, readLogsPlainly, readSpansPlainly } from './otlp-json-rows.ts'

let world: LakeWorld

beforeAll(async () => {
  world = await createLakeWorld('otlp-json')
})

afterAll(() => world.close())

const folder = resolve(import.meta.dirname, '../../../../shared/data/traces/otlp-json')

const isThere = existsSync(folder)

const bySpan = (a: Row, b: Row) =>
  `${a['span_id'] ?? '~'} ${a['timestamp']}` < `${b['span_id'] ?? '~'} ${b['timestamp']}` ? -1 : 1

describe.skipIf(!isThere)(
  `OTLP JSON of other tools${isThere ? '' : ' (skipped: their folder is absent)'}`,
  () => {
    const compare = async (path: string, kind: 'spans' | 'logs', count: number) => {
      cpSync(join(folder, path), join(world.exportsDir, path))
      const documents = readDocuments(readFileSync(join(folder, path), 'utf8'), path)
      const plain = kind === 'spans' ? readSpansPlainly(documents) : readLogsPlainly(documents)
      const expected = JSON.parse(JSON.stringify(plain)) as readonly Row[]
      expect(expected).toHaveLength(count)
      const rows = await readCanonical(world, path, kind)
      expect([...rows].sort(bySpan)).toEqual([...expected].sort(bySpan))
    }

    it.each([
      ['otlp2parquet-trace.json', 2],
      ['duckdb-otlp-traces_simple.jsonl', 3],
      ['duckdb-otlp-traces_deep_nesting.jsonl', 1],
      ['opentelemetry-proto-trace.json', 1],
    ])('reads every field of the spans of %s', (path, count) => compare(path, 'spans', count))

    it.each([
      ['otlp2parquet-logs.jsonl', 81],
      ['duckdb-otlp-logs_simple.jsonl', 3],
      ['opentelemetry-proto-logs.json', 1],
      ['opentelemetry-proto-events.json', 1],
    ])('reads every field of the records of %s', (path, count) => compare(path, 'logs', count))
  },
)
