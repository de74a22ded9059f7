import { quoteName } from '../../core/sql-text.ts'
import { defineStatement, type Engine, type Row } from '../../engine/engine.ts'
import { canonicalColumns, type Kind } from '../../exports/canonical.ts'
import type { RecognisedExport } from '../../exports/recognise.ts'
import { isUsableTime } from '../../exports/values/times.ts'
import { kindSteps } from '../../lake/build/kinds.ts'

type Relation = RecognisedExport['relations'][number]

/** What is known of a relation when all its rows have been read. */
export type Findings = Readonly<{
  rows: number
  /** Rows that can't be placed in the lake. */
  skipped: number
  /** Earliest and latest usable time. */
  start: string | undefined
  end: string | undefined
  /** Columns without a value in any row. */
  empty: readonly string[]
  /** The first rows, canonical. */
  sample: readonly Row[]
}>

const sampleRows = 10

/** When a canonical column says nothing, for those whose emptiness is not NULL. */
const emptiness: Readonly<Record<string, string>> = {
  span_name: `span_name = ''`,
  span_kind: `span_kind = 'Unspecified'`,
  duration_ns: 'duration_ns = 0',
  resource_attributes: 'cardinality(resource_attributes) = 0',
  attributes: 'cardinality(attributes) = 0',
  events: 'len(events) = 0',
  links: 'len(links) = 0',
}

const isFilled = (column: string) =>
  `bool_or(${quoteName(column)} IS NOT NULL AND NOT (${emptiness[column] ?? 'FALSE'})) AS ${quoteName(`has_${column}`)}`

const count = (kind: Kind, sql: string) => `SELECT
  count(*) AS "rows",
  count(*) FILTER (NOT (${kindSteps[kind].placeable})) AS skipped,
  min("timestamp") FILTER (${isUsableTime('"timestamp"')}) AS "start",
  max("timestamp") FILTER (${isUsableTime('"timestamp"')}) AS "end",
  ${canonicalColumns[kind].map(isFilled).join(',\n  ')}
FROM (${sql})`

const toText = (value: Row[string] | undefined) => (typeof value === 'string' ? value : undefined)

/** Reads all rows of a relation. Throws what the engine throws where a row can't be read. */
export async function readFindings(engine: Engine, { kind, sql }: Relation): Promise<Findings> {
  const [row] = await engine.run(defineStatement(count(kind, sql)))
  const rows = Number(row?.['rows'])
  return {
    rows,
    skipped: Number(row?.['skipped']),
    start: toText(row?.['start']),
    end: toText(row?.['end']),
    empty: rows === 0 ? [] : canonicalColumns[kind].filter((column) => row?.[`has_${column}`] !== true),
    sample: await engine.run(defineStatement(`FROM (${sql}) LIMIT ${sampleRows}`)),
  }
}
