import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { type Manifest, type Partition, readManifest } from '../../src/lake/manifest.ts'
import { type Check, isRight } from '../../src/lake/verify/check.ts'
import { compareKeys } from '../../src/lake/verify/compare-keys.ts'
import { verifyLake } from '../../src/lake/verify/verify-lake.ts'
import { openVerifySpace } from '../../src/lake/verify/verify-space.ts'
import {
  mapping,
  type WholeSpan,
  writeClickhouseCsv,
  writeMappedCsv,
  writeOtlpLogs,
  writeOtlpSpans,
} from '../support/lake-formats.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

const hour = 3_600_000_000_000n
const start = at('2026-05-01T22:00:00Z')

const names = ['cx.journey', 'cx.interaction.agent', 'cx.ai.conversation', 'cx.flow.node', 'cx.queue.wait']

/** Span `id` of trace `trace`: traces begin every four hours, and their spans every half. */
function toSpan(trace: number, id: number, more: Partial<WholeSpan> = {}): WholeSpan {
  const ns = start + BigInt(trace) * 4n * hour + (BigInt(id) * hour) / 2n + 7n
  return {
    traceId: traceId(trace),
    spanId: spanId(trace * 100 + id),
    ns,
    durationNs: 60_000_000_000n,
    parent: id === 0 ? '' : spanId(trace * 100),
    name: names[id] ?? 'GET /orders',
    kind: 'Internal',
    service: 'app',
    status: id === 3 ? 'Error' : 'Unset',
    message: '',
    attributes: {
      'cx.agent.username': `agent ${trace % 3}`,
      'cx.webrtc.audio.mos_score': `${2 + ((trace * 7 + id) % 20) / 8}`,
      'cx.interaction.talk_ms': String(1000 * trace + id),
      'cx.ai.cost_usd': '0.1',
      'cx.queue.name': 'Größe',
      tier: trace % 2 === 0 ? 'gold' : '5',
      weight: `${trace}.5`,
    },
    resource: { 'service.name': 'app', 'cloud.region': 'eu' },
    events: id === 6 ? [{ ns, name: 'retry', attributes: { a: 'x', b: '1' } }] : [],
    links: [],
    ...more,
  }
}

const spansOf = (traces: readonly number[], ids: readonly number[]) =>
  traces.flatMap((trace) => ids.map((id) => toSpan(trace, id)))

const toLog = (n: number) => ({
  ns: start + BigInt(n) * 3n * hour,
  body: `line ${n}`,
  traceId: n % 2 === 0 ? traceId(n) : '',
  attributes: { n: String(n) },
})

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** Holds many formats; what is harmed are copies of a smaller one, which takes less long to verify. */
let world: LakeWorld
let small: LakeWorld
let scratch: string

/** A copy of a span of b.jsonl that lasts longer, so that it is the one to stay. */
const longerOrder = toSpan(4, 5, { durationNs: 90_000_000_000n })

/**
 * Exports of several layouts and formats over four days. Traces lie in several of them; the roots of traces 0 to 5 come
 * late, in a file of their own; copies overlap, some with other content; some rows can't be placed.
 */
async function writeExports(): Promise<void> {
  const path = (name: string) => join(world.exportsDir, name)
  await mkdir(path('more'))
  await world.spans('a.parquet', [...spansOf(numbers(0, 8), [1, 2, 3, 4]), toSpan(1, 9, { spanId: 'no id' })])
  await writeOtlpSpans(path('b.jsonl'), spansOf(numbers(4, 14), [4, 5, 6, 7]))
  await writeClickhouseCsv(path('more/c.csv'), spansOf(numbers(8, 20), [0, 1, 2, 3, 4, 5]))
  await writeMappedCsv(path('d.csv'), spansOf(numbers(18, 22), [0, 3, 5, 7]))
  await writeFile(path('d.mapping.yaml'), mapping)
  await world.logs('e.parquet', numbers(0, 20).map(toLog))
  await writeOtlpLogs(path('f.jsonl'), numbers(15, 30).map(toLog))
  const longer = [1, 2].map((id) => toSpan(3, id, { durationNs: 90_000_000_000n, status: 'Ok' }))
  await world.spans('g.parquet', [...longer, longerOrder])
  await writeOtlpSpans(path('both.jsonl'), spansOf([22], [0, 1]))
  await writeOtlpLogs(path('both-logs'), numbers(40, 43).map(toLog))
  await writeFile(
    path('both.jsonl'),
    (await readFile(path('both.jsonl'), 'utf8')) + (await readFile(path('both-logs'), 'utf8')),
  )
  await rm(path('both-logs'))
}

/** Exports of two days in Parquet, and one that holds spans and logs; a root comes late, and a copy lasts longer. */
async function writeSmallExports(): Promise<void> {
  const path = join(small.exportsDir, 'both.jsonl')
  await small.spans('a.parquet', [
    ...spansOf([3, 4, 5, 7, 8], [1, 2, 3, 4, 5, 6]),
    toSpan(3, 0, { spanId: 'x' }),
  ])
  await small.spans('g.parquet', [longerOrder, toSpan(4, 0), toSpan(7, 0)])
  await small.logs('e.parquet', numbers(2, 12).map(toLog))
  await writeOtlpSpans(path, spansOf([5], [0]))
  const spans = await readFile(path, 'utf8')
  await writeOtlpLogs(path, numbers(40, 43).map(toLog))
  await writeFile(path, spans + (await readFile(path, 'utf8')))
  await small.sync()
}

beforeAll(async () => {
  small = await createLakeWorld('verify-small')
  await writeSmallExports()
  world = await createLakeWorld('verify')
  scratch = join(world.root, 'scratch')
  await mkdir(scratch)
  await writeExports()
  await world.sync()
  await world.spans('late.parquet', spansOf(numbers(0, 6), [0]))
  await writeFile(join(world.exportsDir, 'notes.txt'), 'no export')
  await world.sync()
})
afterAll(async () => {
  await world.close()
  await small.close()
})

const verify = async ({ exportsDir }: LakeWorld, lakeDir: string) => {
  const folders = { exportsDir, lakeDir, memoryLimitMb: 1000 }
  return (await verifyLake(folders, scratch, noProgress)).checks
}

/** Every check, in the order in which they are told. */
const checkNames = [
  'files',
  'partitions',
  'order',
  'sources',
  'spans',
  'repeats',
  'contents',
  'logs',
  'days',
  'index',
  'agent_interaction',
  'node_interaction',
  'ai_interaction',
  'journey_interaction',
  'traces',
]

const namesOf = (checks: readonly Check[]) => checks.map(({ name }) => name)
const findCheck = (checks: readonly Check[], name: string) =>
  checks.find((check) => check.name === name) as Check

/** A copy of the lake that can be damaged. */
type Damaged = Readonly<{ lakeDir: string; manifest: Manifest }>

const save = ({ lakeDir }: Damaged, manifest: Manifest) =>
  writeFile(join(lakeDir, 'manifest.json'), JSON.stringify(manifest))

const partOf = ({ manifest }: Damaged, table: string, day = '2026-05-02') =>
  manifest.partitions.find((partition) => partition.table === table && partition.day === day) as Partition

/** Writes a file of the lake anew, from a SELECT over `rows`, what it holds now. */
async function rewrite({ lakeDir }: Damaged, file: string, select: string): Promise<number> {
  const [path, beside] = [join(lakeDir, file), join(world.root, 'beside.parquet')]
  await world.query(
    `COPY (WITH "rows" AS (SELECT * FROM read_parquet('${path}', hive_partitioning = false)) ${select}) TO '${beside}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  await rename(beside, path)
  return (await stat(path)).size
}

/** The same, with the manifest as if it had always been so, apart from the figures that `changes` gives. */
async function forge(
  damaged: Damaged,
  { file }: Partition,
  select: string,
  changes: Partial<Partition> = {},
): Promise<Damaged> {
  const bytes = await rewrite(damaged, file, select)
  const partitions = damaged.manifest.partitions.map((partition) =>
    partition.file === file ? { ...partition, bytes, ...changes } : partition,
  )
  const forged = { ...damaged, manifest: { ...damaged.manifest, partitions } }
  await save(forged, forged.manifest)
  return forged
}

const indexOf = ({ manifest }: Damaged) => manifest.sources.flatMap(({ index }) => index ?? [])[0] ?? ''

/** Some row of a file is changed in one column. */
const setFirst = (column: string, value: string, where = 'TRUE') =>
  `SELECT * EXCLUDE (n, chosen) REPLACE (CASE WHEN n = chosen THEN ${value} ELSE "${column}" END AS "${column}")
FROM (SELECT *, min(n) FILTER (${where}) OVER () AS chosen FROM (SELECT *, row_number() OVER () AS n FROM "rows"))
ORDER BY n`

type Harm = (damaged: Damaged) => Promise<unknown>

/** What is done to a lake, the checks that must see it and no others, and a piece of what the first of them must say. */
const harms: readonly (readonly [what: string, harm: Harm, seenBy: readonly string[], says: RegExp])[] = [
  [
    'a file of a table is deleted',
    async (lake) => rm(join(lake.lakeDir, partOf(lake, 'traces').file)),
    ['files', 'partitions', 'traces'],
    /^traces\/day=2026-05-02\/.*\.parquet is missing$/,
  ],
  [
    'an index is deleted',
    async (lake) => rm(join(lake.lakeDir, indexOf(lake))),
    ['files', 'partitions', 'index'],
    /^index\/.*\.parquet is missing$/,
  ],
  [
    'a file has bytes that are not its own',
    async (lake) => {
      const { file, bytes } = partOf(lake, 'logs')
      await writeFile(join(lake.lakeDir, file), 'x'.repeat(bytes))
    },
    ['partitions', 'logs'],
    /^logs\/day=.* cannot be read$/,
  ],
  [
    'a file lies in the lake that nothing names',
    (lake) => writeFile(join(lake.lakeDir, 'spans/extra.parquet'), 'x'),
    ['files'],
    /^spans\/extra\.parquet is not named by the manifest$/,
  ],
  [
    'a file is longer than the manifest says',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: lake.manifest.partitions.map((partition, i) =>
          i === 0 ? { ...partition, bytes: partition.bytes - 1 } : partition,
        ),
      }),
    ['files'],
    /has \d+ bytes, the manifest says \d+$/,
  ],
  [
    'a file is named as one of another day',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: lake.manifest.partitions.map((partition) =>
          partition === partOf(lake, 'traces') ? { ...partition, day: '2026-06-01' } : partition,
        ),
      }),
    ['files', 'days'],
    /is named as traces of 2026-06-01$/,
  ],
  [
    'a file is named twice',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: [...lake.manifest.partitions, partOf(lake, 'node_interaction')],
      }),
    ['files', 'node_interaction'],
    /^node_interaction\/.* is named twice$/,
  ],
  [
    'the manifest counts other rows',
    (lake) => forge(lake, partOf(lake, 'logs'), 'SELECT * FROM "rows"', { rows: 999 }),
    ['partitions'],
    /^logs\/.* has \d+ rows, the manifest says 999$/,
  ],
  [
    'the manifest gives other times',
    (lake) => forge(lake, partOf(lake, 'spans'), 'SELECT * FROM "rows"', { maxNs: '5' }),
    ['partitions'],
    /^spans\/.* has times \d+ to \d+, the manifest says \d+ to 5$/,
  ],
  [
    'a file lacks a column',
    (lake) => forge(lake, partOf(lake, 'traces'), 'SELECT * EXCLUDE (root_count) FROM "rows"'),
    ['partitions', 'traces'],
    /^traces\/.* lacks root_count$/,
  ],
  [
    'a span says that its trace began at another time',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('trace_start', 'trace_start - INTERVAL 1 MICROSECOND', "span_name = 'GET /orders'"),
      ),
    ['order', 'journey_interaction'],
    /^spans\/.*: \d+ rows? (out of order|with a wrong start of the trace)$/,
  ],
  [
    'the spans of a file stand in another order',
    (lake) => forge(lake, partOf(lake, 'spans'), 'SELECT * FROM "rows" ORDER BY trace_id DESC'),
    ['order'],
    /^spans\/.*: \d+ rows? out of order$/,
  ],
  [
    'a span is lost',
    async (lake) => {
      const part = partOf(lake, 'spans')
      await forge(
        lake,
        part,
        `SELECT * FROM "rows" WHERE span_id <> (SELECT min(span_id) FROM "rows" WHERE span_name = 'GET /orders')`,
        { rows: part.rows - 1 },
      )
    },
    ['spans', 'traces'],
    /^a\.parquet: 1 span missing in the lake$/,
  ],
  [
    'a span is invented',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('span_id', `'${spanId(9999)}'`, "span_name = 'GET /orders'"),
      ),
    ['spans'],
    /1 span missing in the lake$/,
  ],
  [
    'a span is there twice',
    (lake) => {
      const part = partOf(lake, 'spans')
      const twice = `SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" WHERE span_name = 'GET /orders' LIMIT 1) ORDER BY trace_start, trace_id, "timestamp", span_id`
      return forge(lake, part, twice, { rows: part.rows + 1 })
    },
    ['repeats', 'traces'],
    /^spans\/.*: 1 span too many, which are in the lake already$/,
  ],
  [
    "a span's attribute is changed",
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('attributes', "MAP {'tier': 'lead'}", "span_name = 'GET /orders'"),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    "a span's event is changed",
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst(
          'events',
          "list_transform(events, lambda e: {'timestamp': e.timestamp, 'name': 'other', 'attributes': e.attributes})",
          'len(events) > 0',
        ),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'the shorter copy of a span stayed',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('duration', '60000000000', `span_id = '${longerOrder.spanId}' AND duration = 90000000000`),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'a span ends later',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('duration', 'duration + 1', "span_name = 'cx.interaction.agent'"),
      ),
    ['contents', 'agent_interaction'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'a span is moved to another day',
    async (lake) => {
      const [from, to] = [partOf(lake, 'spans'), partOf(lake, 'spans', '2026-05-03')]
      const chosen = "span_name = 'GET /orders'"
      const other = `(SELECT * FROM read_parquet('${join(lake.lakeDir, from.file)}', hive_partitioning = false) WHERE ${chosen} ORDER BY span_id LIMIT 1)`
      const added = await forge(
        lake,
        to,
        `SELECT * FROM (SELECT * FROM "rows" UNION ALL ${other}) ORDER BY trace_id`,
        { rows: to.rows + 1, minNs: '0' },
      )
      await forge(
        added,
        from,
        `SELECT * FROM "rows" WHERE span_id <> (SELECT min(span_id) FROM "rows" WHERE ${chosen})`,
        { rows: from.rows - 1 },
      )
    },
    ['partitions', 'order', 'days', 'traces'],
    /has times \d+ to \d+, the manifest says 0 to \d+$/,
  ],
  [
    'a log record is moved to another day',
    (lake) =>
      forge(lake, partOf(lake, 'logs'), setFirst('timestamp', `"timestamp" + INTERVAL 2 DAY`), {
        minNs: '0',
      }),
    ['partitions', 'logs', 'days'],
    /^logs\//,
  ],
  [
    'a log record is changed',
    (lake) => forge(lake, partOf(lake, 'logs'), setFirst('body', "'forged'")),
    ['logs'],
    /^e\.parquet: 1 record missing in the lake$/,
  ],
  [
    'a log record is there twice',
    (lake) => {
      const part = partOf(lake, 'logs')
      return forge(lake, part, 'SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" LIMIT 1)', {
        rows: part.rows + 1,
      })
    },
    ['logs'],
    /^logs\/.*: 1 record too many, which are in the lake already$/,
  ],
  [
    'the index lacks a trace',
    (lake) =>
      rewrite(
        lake,
        indexOf(lake),
        `SELECT * FROM "rows" WHERE trace_id <> (SELECT min(trace_id) FROM "rows")`,
      ),
    ['index'],
    /^.*: 1 trace missing in the index$/,
  ],
  [
    'the index gives a trace another start',
    (lake) => rewrite(lake, indexOf(lake), setFirst('start', `"start" + INTERVAL 1 SECOND`)),
    ['index'],
    /^.*: 1 trace missing in the index$/,
  ],
  [
    'a source had other rows',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        sources: lake.manifest.sources.map((source) =>
          source.path === 'a.parquet' ? { ...source, skippedRows: 0 } : source,
        ),
      }),
    ['sources'],
    /^a\.parquet has 31 rows, 1 without a place; the manifest says 31, 0$/,
  ],
  [
    'the manifest forgot the logs of a source',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        sources: lake.manifest.sources.filter(({ path, kind }) => path !== 'both.jsonl' || kind !== 'logs'),
      }),
    ['sources', 'logs'],
    /^both\.jsonl: its 3 logs are unknown to the manifest\.$/,
  ],
  [
    'a row of a service is lost',
    (lake) => {
      const part = partOf(lake, 'agent_interaction')
      return forge(lake, part, `SELECT * FROM "rows" OFFSET 1`, { rows: part.rows - 1 })
    },
    ['partitions', 'agent_interaction'],
    /./,
  ],
  [
    'a row of a service is there twice',
    (lake) => {
      const part = partOf(lake, 'journey_interaction')
      return forge(lake, part, `SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" LIMIT 1)`, {
        rows: part.rows + 1,
      })
    },
    ['journey_interaction'],
    /^journey_interaction\/.*: 1 row too many, which are in the lake already$/,
  ],
  [
    "a column of a service's row is changed",
    (lake) =>
      forge(lake, partOf(lake, 'agent_interaction'), setFirst('attributes_cx_webrtc_audio_mos_score', '1.0')),
    ['agent_interaction'],
    /^agent_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a column of a service that was found in the data is changed',
    (lake) =>
      forge(lake, partOf(lake, 'ai_interaction'), setFirst('attributes_weight', 'attributes_weight + 1')),
    ['ai_interaction'],
    /^ai_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a journey counts other agents',
    (lake) => forge(lake, partOf(lake, 'journey_interaction'), setFirst('attributes_agent_count', '77')),
    ['journey_interaction'],
    /^journey_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a trace counts other spans',
    (lake) => forge(lake, partOf(lake, 'traces'), setFirst('span_count', 'span_count + 1')),
    ['traces'],
    /^1 row missing$/,
  ],
]

describe('a lake that is right', () => {
  let checks: readonly Check[]
  beforeAll(async () => {
    checks = await verify(world, world.lakeDir)
  })

  it('verifies right over several layouts and formats, with copies, late roots and logs', () => {
    expect(checks.filter((check) => !isRight(check))).toEqual([])
    expect(namesOf(checks)).toEqual(checkNames)
  })

  it('counts what the exports were written to hold', () => {
    const ids = new Set(
      [
        ...spansOf(numbers(0, 8), [1, 2, 3, 4]),
        ...spansOf(numbers(4, 14), [4, 5, 6, 7]),
        ...spansOf(numbers(8, 20), [0, 1, 2, 3, 4, 5]),
        ...spansOf(numbers(18, 22), [0, 3, 5, 7]),
        ...spansOf([22], [0, 1]),
        ...spansOf(numbers(0, 6), [0]),
      ].map((span) => `${span.traceId} ${span.spanId}`),
    )
    expect(findCheck(checks, 'spans').figures).toMatchObject({ exported: ids.size, inLake: ids.size })
    expect(findCheck(checks, 'contents').figures).toEqual({ compared: ids.size, different: 0 })
    expect(findCheck(checks, 'logs').figures).toMatchObject({ exported: 33, inLake: 33, missing: 0 })
    expect(findCheck(checks, 'days').figures).toMatchObject({ traces: 23 })
    expect(findCheck(checks, 'traces').figures).toMatchObject({ expected: 23, inLake: 23 })
    expect(findCheck(checks, 'sources').figures).toEqual({
      sources: 10,
      rows: 33 + 40 + 72 + 16 + 20 + 15 + 3 + 5 + 6,
      withoutPlace: 1,
      unreadable: 0,
      otherRows: 0,
    })
  })

  it('is left as it was, and nothing stays behind', async () => {
    const list = async () => {
      const files = (await readdir(world.root, { recursive: true })).sort()
      return Promise.all(files.map(async (file) => [file, (await stat(join(world.root, file))).mtimeMs]))
    }
    await rm(join(scratch, 'spill'), { recursive: true, force: true })
    const below = async () => (await list()).filter(([file]) => !String(file).startsWith('scratch'))
    const before = await below()
    await verify(world, world.lakeDir)
    expect(await below()).toEqual(before)
    expect((await readdir(scratch)).filter((name) => name.startsWith('decoded'))).toEqual([])
  })

  it('verifies right when nothing is left in it', async () => {
    const [exportsDir, lakeDir] = [join(world.root, 'gone-exports'), join(world.root, 'gone-lake')]
    const other = await createLakeWorld('verify-empty')
    try {
      const path = await other.spans('a.parquet', spansOf([1], [0, 1]))
      await other.sync()
      await rm(path)
      await other.sync()
      const folders = { exportsDir: other.exportsDir, lakeDir: other.lakeDir, memoryLimitMb: 1000 }
      const { checks } = await verifyLake(folders, scratch, noProgress)
      expect(checks.filter((check) => !isRight(check))).toEqual([])
      expect(findCheck(checks, 'spans').figures).toMatchObject({ exported: 0, inLake: 0 })
    } finally {
      await other.close()
    }
    expect([exportsDir, lakeDir].some(existsSync)).toBe(false)
  })
})

describe('a lake where', () => {
  it.each(harms)('%s is found out', async (_, harm, seenBy, says) => {
    const lakeDir = join(world.root, 'harmed')
    await rm(lakeDir, { recursive: true, force: true })
    await cp(small.lakeDir, lakeDir, { recursive: true })
    await harm({ lakeDir, manifest: await readManifest(lakeDir) })
    const wrong = (await verify(small, lakeDir)).filter((check) => !isRight(check))
    expect(namesOf(wrong)).toEqual(seenBy)
    expect(wrong[0]?.differences[0]).toMatch(says)
  })

  it('every check is proved to fail', () => {
    const proved = new Set(harms.flatMap(([, , seenBy]) => seenBy))
    expect(checkNames.filter((name) => !proved.has(name))).toEqual([])
  })
})

describe('what cannot be compared', () => {
  it('is a lake that was never built', async () => {
    await expect(verify(small, join(world.root, 'nowhere'))).rejects.toMatchObject({
      details: { code: 'no_data' },
    })
  })

  it('is a lake of another recogniser', async () => {
    const lakeDir = join(world.root, 'older')
    await cp(small.lakeDir, lakeDir, { recursive: true })
    const manifest = await readManifest(lakeDir)
    await save({ lakeDir, manifest }, { ...manifest, recogniser: 'older' })
    await expect(verify(small, lakeDir)).rejects.toMatchObject({ details: { code: 'stale' } })
  })

  it('is a drop folder that has changed since', async () => {
    const path = join(small.exportsDir, 'new.jsonl')
    await writeOtlpSpans(path, spansOf([30], [0]))
    await expect(verify(small, small.lakeDir)).rejects.toMatchObject({ details: { code: 'stale' } })
    await rm(path)
    expect((await verify(small, small.lakeDir)).every(isRight)).toBe(true)
  })

  it('is a lake that changes meanwhile', async () => {
    const lakeDir = join(world.root, 'changing')
    await cp(small.lakeDir, lakeDir, { recursive: true })
    const manifest = await readManifest(lakeDir)
    const folders = { exportsDir: small.exportsDir, lakeDir, memoryLimitMb: 1000 }
    let isChanged: Promise<void> | undefined
    const change = () => {
      isChanged ??= save({ lakeDir, manifest }, { ...manifest, generation: manifest.generation + 1 })
    }
    await expect(verifyLake(folders, scratch, change)).rejects.toMatchObject({ details: { code: 'busy' } })
    await isChanged
  })
})

describe('comparing in parts', () => {
  it('gives the same as comparing in one go', async () => {
    const folders = { exportsDir: world.exportsDir, lakeDir: world.lakeDir, memoryLimitMb: 1000 }
    const space = await openVerifySpace(folders, scratch)
    const sets = {
      expected: 'SELECT hash(i) AS trace, i AS span, i % 3 AS place FROM range(0, 10000) AS r(i)',
      found: `SELECT hash(i) AS trace, i AS span, i % 5 AS place FROM range(10, 10020) AS r(i)
UNION ALL SELECT hash(50), 50, 4`,
      keys: ['trace', 'span'],
    } as const
    try {
      const [whole, parts] = [await compareKeys(space, 1, sets), await compareKeys(space, 6_000_000, sets)]
      expect(parts).toEqual(whole)
      expect(whole).toMatchObject({ expected: 10_000, found: 10_010 })
      expect([...whole.missing].sort()).toEqual([
        [0, 4],
        [1, 3],
        [2, 3],
      ])
      expect([...whole.extra.values()].reduce((a, b) => a + b)).toBe(20)
      expect([...whole.repeated]).toEqual([[0, 1]])
      expect(whole.expectedSum).not.toBe(whole.foundSum)
    } finally {
      await space.close()
    }
    expect(dirname(scratch)).toBe(world.root)
  })
})
