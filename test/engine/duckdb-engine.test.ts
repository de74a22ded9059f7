import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError, toErrorDetails } from '../../src/core/errors.ts'
import { createDuckDbEngine, type DuckDbOptions } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import { defineStatement, type Engine } from '../../src/engine/engine.ts'

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parquetry-engine-'))
})

afterAll(() => rm(root, { recursive: true, force: true }))

async function withEngine<T>(
  timeoutMs: number,
  use: (engine: Engine) => Promise<T>,
  options: Partial<DuckDbOptions> = {},
): Promise<T> {
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [root],
    spillDirectory: join(root, 'spill'),
    memoryLimitMb: 128,
    timeoutMs,
    ...options,
  })
  return use(engine).finally(() => engine.close())
}

/** Would take hours. */
const endless = defineStatement(
  'SELECT count(*) AS n FROM range(10000000) AS a, range(10000000) AS b WHERE (a.range * b.range) % 7 = 1',
)
const one = defineStatement('SELECT 1 AS n')

const timed = async (run: Promise<unknown>) => {
  const started = performance.now()
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, ms: performance.now() - started }
}

describe('time limit', () => {
  test('stops a statement, and the engine goes on', () =>
    withEngine(300, async (engine) => {
      const { error, ms } = await timed(engine.run(endless))
      expect(error).toBeInstanceOf(AppError)
      expect(toErrorDetails(error)).toEqual({
        code: 'timeout',
        message: 'The query ran longer than 0.3 s and was stopped.',
        next: 'Narrow the time range or the grouping, or raise PARQUETRY_QUERY_TIMEOUT_MS.',
      })
      expect(ms).toBeGreaterThan(250)
      expect(ms).toBeLessThan(3000)
      for (let i = 0; i < 5; i++) expect(await engine.run(one)).toEqual([{ n: 1 }])
    }))

  test('stops statements that wait for a thread behind others', () =>
    withEngine(300, async (engine) => {
      const runs = await Promise.all(Array.from({ length: 10 }, () => timed(engine.run(endless))))
      expect(runs.map(({ error }) => toErrorDetails(error).code)).toEqual(runs.map(() => 'timeout'))
      expect(Math.max(...runs.map(({ ms }) => ms))).toBeLessThan(5000)
      expect(await engine.run(one)).toEqual([{ n: 1 }])
    }))

  test('0 is none', () =>
    withEngine(0, async (engine) => {
      expect(
        await engine.run(
          defineStatement('SELECT count(*) AS n FROM range(30000000) AS a WHERE a.range % 7 = 1'),
        ),
      ).toEqual([{ n: 4_285_715 }])
    }))
})

describe('a signal', () => {
  test('stops its own statement; another goes on', () =>
    withEngine(20_000, async (engine) => {
      const controller = new AbortController()
      const stopped = timed(engine.run(endless, controller.signal))
      const other = engine.run(
        defineStatement('SELECT sum(sqrt(range)) > 0 AS done FROM range(60000000)'),
        new AbortController().signal,
      )
      setTimeout(() => controller.abort(), 100)
      expect(toErrorDetails((await stopped).error)).toEqual({
        code: 'timeout',
        message: 'The call was cancelled.',
      })
      expect(await other).toEqual([{ done: true }])
    }))

  test('counts at once after the call, before the statement has begun', () =>
    withEngine(20_000, async (engine) => {
      const controller = new AbortController()
      const stopped = timed(engine.run(endless, controller.signal))
      controller.abort()
      const { error, ms } = await stopped
      expect(toErrorDetails(error).message).toBe('The call was cancelled.')
      expect(ms).toBeLessThan(3000)
    }))

  test('that is over already lets nothing run', () =>
    withEngine(20_000, async (engine) => {
      await engine.run(defineStatement('CREATE TABLE t (a INTEGER)'))
      const insert = engine.run(defineStatement('INSERT INTO t VALUES (1)'), AbortSignal.abort())
      await expect(insert).rejects.toBeInstanceOf(AppError)
      expect(await engine.run(defineStatement('SELECT count(*) AS n FROM t'))).toEqual([{ n: 0 }])
    }))

  test('that ends after the statement does not touch the next one', () =>
    withEngine(20_000, async (engine) => {
      const controller = new AbortController()
      await engine.run(one, controller.signal)
      const next = engine.run(
        defineStatement('SELECT count(*) AS n FROM range(20000000) AS a WHERE a.range % 7 = 1'),
      )
      controller.abort()
      expect(await next).toEqual([{ n: 2_857_143 }])
    }))
})

test('20 statements at once each get their own answer', () =>
  withEngine(20_000, async (engine) => {
    const sql =
      'SELECT CAST(? AS BIGINT) AS i, count(*) AS n FROM range(1000000) AS r WHERE r.range % 20 = CAST(? AS BIGINT)'
    const runs = Array.from({ length: 20 }, (_, i) => engine.run({ sql, params: [BigInt(i), BigInt(i)] }))
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 20 }, (_, i) => [{ i, n: 50_000 }]))
  }))

describe('a result beyond the limit', () => {
  const details = async (engine: Engine, sql: string) =>
    engine.run(defineStatement(sql)).then(
      (rows) => rows.length,
      (error: unknown) => toErrorDetails(error),
    )

  const tooLarge = (rows: number, mb: number) => ({
    code: 'too_large',
    message: `The result is too large: its first ${rows} rows hold more than ${mb} MB.`,
    next: 'Ask for fewer rows or columns, or for an aggregate; a filter or a lower limit does it too.',
  })

  test('wide rows stop where the limit is, in the middle of a chunk; and the engine goes on', () =>
    withEngine(
      20_000,
      async (engine) => {
        const wide = "SELECT repeat('v', 350000) || range AS big FROM range(1000)"
        const runs = await Promise.all(Array.from({ length: 3 }, () => details(engine, wide)))
        expect(runs).toEqual(runs.map(() => tooLarge(96, 32)))
        expect(await engine.run(one)).toEqual([{ n: 1 }])
      },
      { memoryLimitMb: 4096 },
    ))

  const limit = { resultLimitBytes: 2 ** 20 }

  test.each([
    ['many narrow rows', 'SELECT range AS n FROM range(1000000)'],
    ['nulls count by their names', 'SELECT NULL AS a_long_name_of_a_column FROM range(1000000)'],
    ['lists', "SELECT [repeat('x', 1000) FOR i IN range(100)] AS l FROM range(100)"],
    ['maps', "SELECT MAP {repeat('k', 100000): 1} AS m FROM range(100)"],
    ['escapes count as JSON writes them', 'SELECT repeat(chr(1), 3000) AS t FROM range(100)'],
    ['letters count as UTF-8', "SELECT repeat('日', 4000) AS t FROM range(100)"],
  ])('%s', (_what, sql) =>
    withEngine(
      20_000,
      async (engine) => expect(await details(engine, sql)).toMatchObject({ code: 'too_large' }),
      limit,
    ),
  )

  test('what is within it arrives whole, over many chunks', () =>
    withEngine(
      20_000,
      async (engine) => {
        const rows = await engine.run(defineStatement('SELECT range AS n FROM range(50000)'))
        expect(rows).toEqual(Array.from({ length: 50_000 }, (_, n) => ({ n })))
      },
      limit,
    ))

  test('statements without rows have none to count', () =>
    withEngine(
      20_000,
      async (engine) => {
        await engine.run(defineStatement("CREATE TABLE t AS SELECT repeat('x', 1000) AS x FROM range(5000)"))
        await engine.run(defineStatement("INSERT INTO t SELECT repeat('y', 1000) FROM range(5000)"))
        const file = join(root, 't.parquet')
        await engine.run(defineStatement(`COPY t TO '${file}' (FORMAT parquet)`))
        expect(await engine.run(defineStatement(`SELECT count(*) AS n FROM '${file}'`))).toEqual([
          { n: 10_000 },
        ])
      },
      limit,
    ))
})

describe('failures that the caller can mend', () => {
  test.each([
    [
      "SELECT regexp_matches('a', '(')",
      'The regular expression is malformed or too large for RE2: missing ).',
    ],
    [
      "SELECT regexp_extract(x, '[a') FROM (VALUES ('a')) AS v(x)",
      'The regular expression is malformed or too large for RE2: missing ].',
    ],
    [
      'SELECT stddev_samp(x) FROM (VALUES (1e308), (-1e308)) AS v(x)',
      'A number of the result is larger than its type can hold.',
    ],
    ['SELECT 9223372036854775807 + 1::BIGINT', 'A number of the result is larger than its type can hold.'],
  ])('%s', (sql, message) =>
    withEngine(5000, async (engine) => {
      const { error } = await timed(engine.run(defineStatement(sql)))
      expect(toErrorDetails(error)).toMatchObject({ code: 'invalid_argument', message })
      expect(error).toMatchObject({ cause: expect.any(Error) })
      expect(await engine.run(one)).toEqual([{ n: 1 }])
    }),
  )
})

describe('failures', () => {
  test('memory runs out: an error that tells the client nothing of the database, and the engine goes on', () =>
    withEngine(30_000, async (engine) => {
      const big = defineStatement("SELECT list(t.range || repeat('x', 1000)) AS l FROM range(1000000) AS t")
      const { error } = await timed(engine.run(big))
      expect(String(error)).toContain('Out of Memory')
      expect(toErrorDetails(error).code).toBe('internal')
      expect(JSON.stringify(toErrorDetails(error))).not.toMatch(/memory|MiB|SET /i)
      expect(await engine.run(one)).toEqual([{ n: 1 }])
    }))

  test.each(['SELEC 1', 'SELECT missing FROM nowhere', "SELECT CAST('x' AS INTEGER)", 'SELECT ?'])(
    '%s',
    (sql) =>
      withEngine(5000, async (engine) => {
        const { error } = await timed(engine.run(defineStatement(sql)))
        expect(error).toBeInstanceOf(Error)
        expect(toErrorDetails(error)).toMatchObject({ code: 'internal' })
        expect(await engine.run(one)).toEqual([{ n: 1 }])
      }),
  )
})

test('parameters of every kind arrive as they are', () =>
  withEngine(5000, async (engine) => {
    const params = ["it's", '', 'a\0b', '🎧', 2.5, 9007199254740993n, true, null]
    const rows = await engine.run({ sql: `SELECT ${params.map((_, i) => `? AS c${i}`).join(', ')}`, params })
    expect(Object.values(rows[0] ?? {})).toEqual([
      "it's",
      '',
      'a\0b',
      '🎧',
      2.5,
      '9007199254740993',
      true,
      null,
    ])
  }))

test('numbers of any size arrive as they are', () =>
  withEngine(5000, async (engine) => {
    const params = [0, 3, -3, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 63, -(2 ** 64), 1e21, -1e308, 5e-324]
    const rows = await engine.run({ sql: `SELECT ${params.map((_, i) => `? AS c${i}`).join(', ')}`, params })
    expect(Object.values(rows[0] ?? {}).map(Number)).toEqual(params)
  }))

test('every connection has the settings', () =>
  withEngine(5000, async (engine) => {
    const sql = `SELECT value FROM duckdb_settings() WHERE name = 'parquet_metadata_cache'`
    const rows = await Promise.all(Array.from({ length: 3 }, () => engine.run(defineStatement(sql))))
    expect(rows).toEqual(rows.map(() => [{ value: 'true' }]))
  }))

test('times without a zone are UTC, wherever the machine stands', async () => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'Asia/Tokyo'
  try {
    await withEngine(5000, async (engine) => {
      const sql = `SELECT current_setting('TimeZone') AS zone, epoch_ms(CAST('1970-01-01 10:00:00' AS TIMESTAMPTZ)) AS ms`
      const rows = await Promise.all(Array.from({ length: 3 }, () => engine.run(defineStatement(sql))))
      expect(rows).toEqual(rows.map(() => [{ zone: 'UTC', ms: 36_000_000 }]))
    })
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
})
