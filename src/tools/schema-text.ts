import type { SchemaAnswer } from './schema-answer.ts'
import { toTextTable } from './text-table.ts'
import { toLine } from './to-line.ts'

type ServiceAnswer = SchemaAnswer['services'][number]
type ColumnAnswer = NonNullable<SchemaAnswer['columns']>[number]

const toServiceLines = (service: ServiceAnswer): readonly string[] => [
  `## ${service.name}: ${service.rows === undefined ? 'rows found when asked for' : `${service.rows} rows`}, one per ${service.grain.replace(/^one /, '')}${service.from ? `, ${service.from} to ${service.to}` : ''}`,
  ...(service.use ? [`For: ${service.use}`] : []),
  ...Object.entries(service.columns ?? {}).map(([prefix, names]) =>
    toLine(prefix ? `${prefix}{${names}}` : names),
  ),
]

const toRange = ({ top, min, median, max }: ColumnAnswer) => {
  if (top) return top.join(', ')
  return [min, median, max].filter((value) => value !== undefined).join(' / ')
}

function toColumnTable(columns: readonly ColumnAnswer[]): string {
  const hasService = columns.some(({ service }) => service)
  const header = [
    ...(hasService ? ['service'] : []),
    'path',
    'type',
    'unit',
    'filled',
    'top values, or min / median / max',
    'meaning',
  ]
  return toTextTable(
    header,
    columns.map((column) => [
      ...(hasService ? [column.service ?? ''] : []),
      column.path,
      column.type,
      column.unit ?? '',
      column.filled === undefined ? '' : `${Math.round(column.filled * 1000) / 10} %`,
      toRange(column),
      column.meaning,
    ]),
  )
}

const toPairs = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([name, text]) => `- ${name}: ${text}`)

/** The schema as text: the same content, laid out to be read. */
export function toSchemaText(answer: SchemaAnswer): string {
  return [
    ...(answer.notes ?? []),
    ...answer.services.flatMap(toServiceLines),
    ...(answer.services.some(({ columns }) => columns)
      ? [
          'A.{b, c:d} stands for the paths A.b and A.c. Marks: :i integer, :d double, :b boolean, :t timestamp, none text.',
        ]
      : []),
    ...(answer.columns && answer.columns.length > 0 ? [toColumnTable(answer.columns)] : []),
    ...(answer.queryTypes ? ['## Query types (traces_query)', ...toPairs(answer.queryTypes)] : []),
    ...(answer.aggregates ? [`Aggregates: ${answer.aggregates.join(', ')}`] : []),
    ...(answer.measures
      ? ['## Measures, as {"name": ..., "measure": ...} in aggregates', ...toPairs(answer.measures)]
      : []),
    ...(answer.operators
      ? ['Operators ({"path": ..., "<operator>": value}):', ...toPairs(answer.operators)]
      : []),
    ...(answer.example ? [`Example, runs as it stands:\n${JSON.stringify(answer.example)}`] : []),
    ...(answer.rejectedFiles ?? []).map(({ path, reason, next }) =>
      toLine(`Set aside: ${path}: ${reason} ${next}`),
    ),
  ].join('\n')
}
