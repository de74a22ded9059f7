import { quoteName } from '../../core/sql-text.ts'
import { canonicalColumns } from '../../exports/canonical.ts'
import type { SourceColumns } from '../../exports/layouts/layout.ts'
import type { RecognisedExport } from '../../exports/recognise.ts'
import { formatCount, type Terminal } from '../terminal.ts'
import type { Findings } from './read-findings.ts'
import { cut, formatTable, toCellText, toLine } from './text-table.ts'

type Relation = RecognisedExport['relations'][number]

/** A terminal, and how many characters fit on its lines. */
export type Page = Readonly<{ terminal: Terminal; width: number }>

const indent = '  '
const titles = { spans: 'Spans', logs: 'Log records' } as const

/** What the rows of a kind lack when they can't be placed. */
const needs = { spans: 'a usable trace id, span id or time', logs: 'a usable time' } as const

/** The columns of the file that an expression reads, in the order of their first mention. */
function findColumns(sql: string, columns: SourceColumns): readonly string[] {
  const names = [...sql.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'))
  return [...new Set(names)].filter((name) => columns.has(name))
}

const widestNames = 28

/** The columns that an expression reads, and the expression itself where it does more than take one as it is. */
function toOrigin(sql: string, columns: SourceColumns): Readonly<{ from: string; how: string }> {
  const how = toLine(sql.replaceAll(/\s+/g, ' ')).trim()
  const names = findColumns(sql, columns)
  const from = cut(toLine(names.join(', ')), widestNames)
  return { from, how: names.length === 1 && how === quoteName(names[0] ?? '') ? '' : how }
}

/** Where each column comes from; what neither comes from the file nor holds anything is listed as empty further down. */
function showMapping(
  { terminal, width }: Page,
  { kind, mapping }: Relation,
  columns: SourceColumns,
  empty: readonly string[],
): void {
  const expressions: Readonly<Record<string, string>> = mapping
  const names: readonly string[] = canonicalColumns[kind]
  const origins = names
    .map((name) => ({ name, ...toOrigin(expressions[name] ?? '', columns) }))
    .filter(({ name, from }) => from !== '' || !empty.includes(name))
  const label = Math.max(...names.map(({ length }) => length))
  const middle = Math.max(...origins.map(({ from }) => from.length))
  terminal.line(`\n${indent}${terminal.bold('Read from')}`)
  for (const { name, from, how } of origins) {
    const start = `${indent}${indent}${name.padEnd(label)} ← ${how ? from.padEnd(middle) : from}`
    terminal.line(
      how ? `${start}${indent}${terminal.dim(cut(how, width - start.length - indent.length))}` : start,
    )
  }
}

/** Columns that tell most about a row come first; those that are empty in all rows are left out. */
const order: readonly string[] = [
  'timestamp',
  'span_name',
  'event_name',
  'severity_text',
  'body',
  'service_name',
  'duration_ns',
  'status_code',
  'trace_id',
  'span_id',
  'parent_span_id',
  'attributes',
]

function showSample({ terminal, width }: Page, { kind }: Relation, { sample, empty, rows }: Findings): void {
  const names: readonly string[] = canonicalColumns[kind]
  const filled = names.filter((name) => !empty.includes(name))
  const header = [
    ...order.filter((name) => filled.includes(name)),
    ...filled.filter((name) => !order.includes(name)),
  ]
  const cells = sample.map((row) => header.map((name) => toCellText(row[name])))
  const { lines, leftOut } = formatTable(header, cells, width - 4)
  terminal.line(`\n${indent}${terminal.bold(rows > sample.length ? `First ${sample.length} rows` : 'Rows')}`)
  for (const [i, line] of lines.entries())
    terminal.line(`${indent}${indent}${i === 0 ? terminal.dim(line) : line}`)
  if (leftOut.length > 0)
    terminal.line(`${indent}${indent}${terminal.dim(cut(`not shown: ${leftOut.join(', ')}`, width - 4))}`)
}

/** Why a canonical column says nothing in any row. */
function toReason(sql: string, columns: SourceColumns): string {
  const names = findColumns(sql, columns)
  return names.length === 0
    ? 'not in the file'
    : `nothing usable in ${names.slice(0, 3).map(toLine).join(', ')}`
}

function showMissing(
  { terminal, width }: Page,
  { mapping }: Relation,
  columns: SourceColumns,
  empty: readonly string[],
) {
  if (empty.length === 0) return
  const expressions: Readonly<Record<string, string>> = mapping
  terminal.line(`\n${indent}${terminal.bold('Empty in all rows')}`)
  for (const name of empty)
    terminal.line(cut(`${indent}${indent}${name}: ${toReason(expressions[name] ?? '', columns)}`, width))
}

/** Prints what a relation holds, where each column comes from, its first rows, and what is missing. */
export function showRelation(
  page: Page,
  relation: Relation,
  columns: SourceColumns,
  findings: Findings,
): void {
  const { terminal } = page
  const { rows, skipped, start, end, empty } = findings
  const range = start && end ? `, ${start} to ${end}` : ''
  const count = `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`
  terminal.line(`\n${terminal.accent(titles[relation.kind])}: ${count}${range}`)
  if (skipped > 0) {
    const which = skipped === rows ? 'None of them can' : `${formatCount(skipped)} of them cannot`
    terminal.line(
      `${indent}${terminal.bold(`${which} be placed`)}: a row without ${needs[relation.kind]} is left out`,
    )
  }
  showMapping(page, relation, columns, empty)
  if (rows > 0) showSample(page, relation, findings)
  showMissing(page, relation, columns, empty)
}
