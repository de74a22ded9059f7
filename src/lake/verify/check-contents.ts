import { storedServices } from '../../catalog/catalog.ts'
import type { Service } from '../../catalog/service.ts'
import type { Manifest } from '../manifest.ts'
import { type Check, countOf } from './check.ts'
import { type Comparison, compareKeys, type KeySets, type Places, sumPlaces } from './compare-keys.ts'
import { getTableNumber } from './derive-rows.ts'
import { toDayNumber } from './fingerprint.ts'
import { getRole } from './roles.ts'
import type { VerifySpace } from './verify-space.ts'

/** What a number stands for where it tells the place of a difference. */
type Names = Readonly<{ file(place: number): string; source(place: number): string }>

export type Contents = Readonly<{ space: VerifySpace; rows: number; names: Names }>

/** Names files by their number in the manifest, and sources by their id. */
export function toNames({ partitions, sources }: Manifest): Names {
  const paths = new Map(sources.map(({ id, path }) => [id, path]))
  return {
    file: (place) => partitions[place]?.file ?? '',
    source: (place) => paths.get(place) ?? '',
  }
}

const say = (places: Places, toName: (place: number) => string, noun: string, what: string) =>
  [...places].map(([place, count]) => `${toName(place)}: ${countOf(count, noun)} ${what}`)

const toFigures = ({ expected, found, expectedSum, foundSum, missing, extra }: Comparison) => ({
  exported: expected,
  inLake: found,
  missing: sumPlaces(missing),
  extra: sumPlaces(extra),
  checksum: expectedSum === foundSum ? foundSum : `${foundSum} in place of ${expectedSum}`,
})

const compare = ({ space, rows }: Contents, sets: KeySets) => compareKeys(space, rows, sets)

/** The spans of the lake are those of the exports, and none is there twice: two checks of one comparison. */
export async function checkSpans(contents: Contents): Promise<readonly Check[]> {
  const { names } = contents
  const found = await compare(contents, {
    expected: 'SELECT trace, span, source AS place FROM exported_spans',
    found: 'SELECT trace, span, file AS place FROM kept_spans',
    keys: ['trace', 'span'],
  })
  return [
    {
      name: 'spans',
      about: 'every span of the exports that can be placed is in the lake, and no other',
      figures: toFigures(found),
      differences: [
        ...say(found.missing, names.source, 'span', 'missing in the lake'),
        ...say(found.extra, names.file, 'span', 'in no export'),
      ],
    },
    {
      name: 'repeats',
      about: 'no span is in the lake twice',
      figures: { spans: found.found, repeated: sumPlaces(found.repeated) },
      differences: say(found.repeated, names.file, 'span', 'too many, which are in the lake already'),
    },
  ]
}

/** The copies of a span that say otherwise than a weightier one. */
const createOutweighed = `CREATE OR REPLACE TABLE outweighed AS
SELECT trace, span, content
FROM exported_spans
JOIN (
  SELECT trace, span, max(weight) AS most
  FROM exported_spans
  GROUP BY trace, span
  HAVING min(content) <> max(content)
) USING (trace, span)
WHERE weight < most`

/** Every span of the lake says what one of its copies in the exports says, of several the weightiest. */
export async function checkSpanContent(contents: Contents): Promise<Check> {
  await contents.space.run(createOutweighed)
  const { found, extra } = await compare(contents, {
    expected:
      'SELECT trace, span, content, source AS place FROM exported_spans ANTI JOIN outweighed USING (trace, span, content)',
    found:
      'SELECT trace, span, content, file AS place FROM kept_spans SEMI JOIN exported_spans USING (trace, span)',
    keys: ['trace', 'span', 'content'],
  })
  return {
    name: 'contents',
    about:
      'every span says what the exports say of it, attributes and events included; of several copies what the longest says, then the one with the most attributes',
    figures: { compared: found, different: sumPlaces(extra) },
    differences: say(extra, contents.names.file, 'span', 'with other content than the exports give'),
  }
}

/** Every row of a trace is in the folder of the day on which the trace began. `logs` are the files' records of other days. */
export async function checkDays(contents: Contents, logs: ReadonlyMap<string, number>): Promise<Check> {
  const { expected, extra } = await compare(contents, {
    expected: `SELECT trace, ${toDayNumber('min("start")')} AS day, 0 AS place FROM exported_spans GROUP BY trace`,
    found: `SELECT trace, day, file AS place
FROM (SELECT trace, day, file FROM kept_spans UNION ALL SELECT trace, day, file FROM kept_rows)
SEMI JOIN exported_spans USING (trace)`,
    keys: ['trace', 'day'],
  })
  const records = [...logs].filter(([, count]) => count > 0)
  return {
    name: 'days',
    about:
      'every row is in the folder of the day on which its trace began, every log record in that of its own day',
    figures: {
      traces: expected,
      tracesElsewhere: sumPlaces(extra),
      recordsElsewhere: records.reduce((sum, [, count]) => sum + count, 0),
    },
    differences: [
      ...say(extra, contents.names.file, 'trace', 'of another day'),
      ...records.map(([file, count]) => `${file}: ${countOf(count, 'record')} of another day`),
    ],
  }
}

/** The index says of each source which traces it has, from when on, and with how many spans; of logs, for each day. */
export async function checkIndex(contents: Contents): Promise<Check> {
  const { names } = contents
  const found = await compare(contents, {
    expected: `SELECT trace, source, min("start") AS "start", count(*) AS "rows", source AS place
FROM exported_spans
GROUP BY trace, source
UNION ALL
SELECT trace, source, min("time"), count(*), source
FROM exported_logs
WHERE trace IS NOT NULL
GROUP BY trace, source, ${toDayNumber('"time"')}`,
    found: 'SELECT trace, source, "start", "rows", source AS place FROM kept_index',
    keys: ['trace', 'source', '"start"', '"rows"'],
  })
  return {
    name: 'index',
    about: 'the index has every trace of every export, with its start and its spans or log records',
    figures: { ...toFigures(found), repeated: sumPlaces(found.repeated) },
    differences: [
      ...say(found.missing, names.source, 'trace', 'missing in the index'),
      ...say(found.extra, names.source, 'trace', 'wrong in the index'),
      ...say(found.repeated, names.source, 'trace', 'twice in the index'),
    ],
  }
}

/** The different log records of the exports are those of the lake. */
export async function checkLogs(contents: Contents): Promise<Check> {
  const { names } = contents
  const found = await compare(contents, {
    expected: 'SELECT content, source AS place FROM exported_logs',
    found: 'SELECT content, file AS place FROM kept_logs',
    keys: ['content'],
  })
  return {
    name: 'logs',
    about: 'every log record of the exports that has a time is in the lake once, and no other',
    figures: { ...toFigures(found), repeated: sumPlaces(found.repeated) },
    differences: [
      ...say(found.missing, names.source, 'record', 'missing in the lake'),
      ...say(found.extra, names.file, 'record', 'in no export'),
      ...say(found.repeated, names.file, 'record', 'too many, which are in the lake already'),
    ],
  }
}

/** What a table that is made from spans should hold, out of the lake's spans, and what that is in words. */
function toExpectedRows({ name, spanName }: Service): Readonly<{ sql: string; about: string }> {
  if (name === 'traces') {
    return {
      sql: 'SELECT trace, 0::UBIGINT AS span, count(DISTINCT span) AS spans, 0 AS place FROM kept_spans GROUP BY trace',
      about: 'it has every trace of the spans once, with the number of its spans',
    }
  }
  if (name === 'journey_interaction') {
    return {
      sql: 'SELECT DISTINCT trace, 0::UBIGINT AS span, 1::BIGINT AS spans, 0 AS place FROM kept_spans WHERE role IS NOT NULL',
      about: 'it has every trace with a journey, agent, bot, queue or flow span once',
    }
  }
  return {
    sql: `SELECT DISTINCT trace, span, 1::BIGINT AS spans, 0 AS place FROM kept_spans WHERE role = ${getRole(spanName ?? '')}`,
    about: `it has every span named ${spanName} once`,
  }
}

async function checkTable(contents: Contents, service: Service, { partitions }: Manifest): Promise<Check> {
  const files = partitions.flatMap(({ table }, i) => (table === service.name ? [i] : []))
  const isOfTable = `list_contains([${files.join(', ')}]::INTEGER[], file)`
  const { sql, about } = toExpectedRows(service)
  const found = await compare(contents, {
    expected: sql,
    found: `SELECT trace, span, spans, file AS place FROM kept_rows WHERE ${isOfTable}`,
    keys: ['trace', 'span', 'spans'],
  })
  const derived = await compare(contents, {
    expected: `SELECT trace, span, content, 0 AS place FROM derived_rows WHERE "table" = ${getTableNumber(service.name)}`,
    found: `SELECT trace, span, content, file AS place FROM kept_rows SEMI JOIN (${sql}) USING (trace, span) WHERE ${isOfTable}`,
    keys: ['trace', 'span', 'content'],
  })
  const { exported, ...figures } = toFigures(found)
  const missing = sumPlaces(found.missing)
  return {
    name: service.name,
    about: `${about}, and says what they say`,
    figures: {
      expected: exported,
      ...figures,
      repeated: sumPlaces(found.repeated),
      different: sumPlaces(derived.extra),
    },
    differences: [
      ...(missing > 0 ? [`${countOf(missing, 'row')} missing`] : []),
      ...say(found.extra, contents.names.file, 'row', 'that the spans do not give'),
      ...say(found.repeated, contents.names.file, 'row', 'too many, which are in the lake already'),
      ...say(derived.extra, contents.names.file, 'row', 'with other content than the spans give'),
    ],
  }
}

/** Each table that is made from spans against the lake's own spans. */
export async function checkTables(contents: Contents, manifest: Manifest): Promise<readonly Check[]> {
  const derived = storedServices.filter(({ name }) => name !== 'spans' && name !== 'logs')
  const checks: Check[] = []
  for (const service of derived) checks.push(await checkTable(contents, service, manifest))
  return checks
}
