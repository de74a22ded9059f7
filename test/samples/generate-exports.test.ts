import { relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSampleLake, period, type SampleLake } from './sample-lake.ts'

const toTypes = async (lake: SampleLake, view: string) =>
  (await lake.query(`DESCRIBE ${view}`)).map(
    ({ column_name, column_type }) => `${column_name} ${column_type}`,
  )

let lake: SampleLake

beforeAll(async () => {
  lake = await createSampleLake()
})

afterAll(() => lake.close())

describe('layout', () => {
  test('has one traces and one logs file per day, by month', () => {
    const files = lake.summary.files.map((file) => relative(lake.out, file))
    expect(files).toHaveLength(28)
    expect(files.slice(0, 2)).toEqual([
      '2026-05/otel_traces_2026-05-01.parquet',
      '2026-05/otel_logs_2026-05-01.parquet',
    ])
  })

  test('traces have the columns and types of otel_traces', async () => {
    expect(await toTypes(lake, 'traces')).toEqual([
      'Timestamp TIMESTAMP_NS',
      'TraceId VARCHAR',
      'SpanId VARCHAR',
      'ParentSpanId VARCHAR',
      'TraceState VARCHAR',
      'SpanName VARCHAR',
      'SpanKind VARCHAR',
      'ServiceName VARCHAR',
      'ResourceAttributes MAP(VARCHAR, VARCHAR)',
      'ScopeName VARCHAR',
      'ScopeVersion VARCHAR',
      'SpanAttributes MAP(VARCHAR, VARCHAR)',
      'Duration UBIGINT',
      'StatusCode VARCHAR',
      'StatusMessage VARCHAR',
      'Events.Timestamp TIMESTAMP_NS[]',
      'Events.Name VARCHAR[]',
      'Events.Attributes MAP(VARCHAR, VARCHAR)[]',
      'Links.TraceId VARCHAR[]',
      'Links.SpanId VARCHAR[]',
      'Links.TraceState VARCHAR[]',
      'Links.Attributes MAP(VARCHAR, VARCHAR)[]',
    ])
  })

  test('logs have the columns and types of otel_logs', async () => {
    expect(await toTypes(lake, 'logs')).toEqual([
      'Timestamp TIMESTAMP_NS',
      'TimestampTime TIMESTAMP',
      'TraceId VARCHAR',
      'SpanId VARCHAR',
      'TraceFlags UTINYINT',
      'SeverityText VARCHAR',
      'SeverityNumber UTINYINT',
      'ServiceName VARCHAR',
      'Body VARCHAR',
      'ResourceSchemaUrl VARCHAR',
      'ResourceAttributes MAP(VARCHAR, VARCHAR)',
      'ScopeSchemaUrl VARCHAR',
      'ScopeName VARCHAR',
      'ScopeVersion VARCHAR',
      'ScopeAttributes MAP(VARCHAR, VARCHAR)',
      'LogAttributes MAP(VARCHAR, VARCHAR)',
    ])
  })

  test('the summary counts what the files hold', async () => {
    const [row] = await lake.query(`
      SELECT
        (SELECT count(*) FROM traces) AS spans,
        (SELECT count(*) FROM logs) AS logs,
        (SELECT count(DISTINCT TraceId) FROM traces) AS journeys`)
    const { spans, logs, journeys } = lake.summary
    expect(row).toEqual({ spans, logs, journeys })
    expect(journeys).toBe(period.journeys)
    expect(spans / journeys).toBeGreaterThan(14)
    expect(spans / journeys).toBeLessThan(18)
  })

  test('rows are sorted by time, and a journey lies in the file of the day it started', async () => {
    const [row] = await lake.query(`
      WITH numbered AS (
        SELECT
          *,
          filename,
          lag("Timestamp") OVER (PARTITION BY filename ORDER BY file_row_number) AS before
        FROM read_parquet('${lake.out}/*/otel_traces_*.parquet', filename = TRUE, file_row_number = TRUE)
      )
      SELECT
        count(*) FILTER (before > "Timestamp") AS unsorted,
        count(*) FILTER (ParentSpanId = '' AND filename NOT LIKE '%' || "Timestamp"::DATE || '.parquet') AS misplaced,
        (SELECT count(*) FROM (FROM numbered SELECT TraceId GROUP BY TraceId HAVING count(DISTINCT filename) > 1)) AS torn
      FROM numbered`)
    expect(row).toEqual({ unsorted: 0, misplaced: 0, torn: 0 })
  })

  test('attribute values are plain text: no exponent, no empty string, no NULL', async () => {
    const [row] = await lake.query(`
      WITH attribute AS (
        SELECT unnest(map_entries(SpanAttributes)) AS entry
        FROM traces
      )
      SELECT
        count(*) FILTER (entry.value IS NULL) AS nulls,
        count(*) FILTER (entry.value = '') AS empty,
        count(*) FILTER (regexp_matches(entry.value, '^-?[0-9.]+e[+-]?[0-9]+$') AND entry.key NOT LIKE '%_id') AS exponents
      FROM attribute`)
    expect(row).toEqual({ nulls: 0, empty: 0, exponents: 0 })
  })
})

describe('determinism', () => {
  const toChecksums = async ({ query }: SampleLake) => {
    const [spans] = await query('SELECT count(*) AS n, bit_xor(hash(traces)) AS content FROM traces')
    const [logs] = await query('SELECT count(*) AS n, bit_xor(hash(logs)) AS content FROM logs')
    return { spans, logs }
  }

  test('the same options give the same rows, another seed gives others', async () => {
    const small = { journeys: 400, days: 3 }
    const [first, second, other] = [
      await createSampleLake(small),
      await createSampleLake(small),
      await createSampleLake({ ...small, seed: 8 }),
    ]
    try {
      const expected = await toChecksums(first)
      expect(await toChecksums(second)).toEqual(expected)
      expect(await toChecksums(other)).not.toEqual(expected)
    } finally {
      for (const each of [first, second, other]) await each.close()
    }
  })
})

describe('options', () => {
  test.each([
    { journeys: 0, path: 'journeys' },
    { journeys: 5_000_001, path: 'journeys' },
    { days: 0, path: 'days' },
    { days: 367, path: 'days' },
    { days: 1.5, path: 'days' },
    { seed: 0.5, path: 'seed' },
    { start: 'yesterday', path: 'start' },
    { start: '2026-13-01', path: 'start' },
  ])('$path is refused in %o', async ({ path, ...options }) => {
    await expect(createSampleLake(options)).rejects.toMatchObject({
      details: { code: 'invalid_argument', path, next: expect.stringContaining(`--${path}`) },
    })
  })

  test('progress rises to its total', async () => {
    const seen: number[] = []
    const { close } = await createSampleLake({ journeys: 5, days: 2 }, (phase, done, total) => {
      expect(phase).toBe('generating')
      seen.push(done / total)
    })
    await close()
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
  })
})
