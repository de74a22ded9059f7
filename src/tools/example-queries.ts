import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'
import type { ServiceStatistics } from './schema-statistics.ts'

/** Columns of the data at hand that make sensible examples. */
type Choice = Readonly<{ group: Column | undefined; measure: Column | undefined; threshold: string | number }>

const isAttribute = ({ path }: Column) => path.startsWith('Attributes.')

/** Prefers the columns that people ask about first, then the best filled. */
const preferred = [
  'Attributes.cx.queue.name',
  'Attributes.cx.webrtc.audio.mos_score',
  'Attributes.cx.flow.node.name',
]

function choose(columns: readonly Column[], statistics: ServiceStatistics): Choice {
  const filled = (column: Column) => statistics.get(column.path)?.filled ?? 0
  const distinct = (column: Column) => statistics.get(column.path)?.distinct ?? 0
  const rank = (column: Column) =>
    (preferred.includes(column.path) ? 2 : 0) + (isAttribute(column) ? 1 : 0) + filled(column)
  const best = (candidates: readonly Column[]) => candidates.toSorted((a, b) => rank(b) - rank(a))[0]
  const group = best(
    columns.filter(
      (column) =>
        column.type === 'string' && filled(column) > 0.5 && distinct(column) > 1 && distinct(column) <= 50,
    ),
  )
  const measure = best(
    columns.filter(
      (column) =>
        (column.type === 'double' || column.type === 'integer') &&
        filled(column) > 0.3 &&
        distinct(column) > 2,
    ),
  )
  return { group, measure, threshold: (measure && statistics.get(measure.path)?.median) ?? 0 }
}

/** One query of each type that runs on the data at hand, as the `queries` argument of `traces_query`. */
export function toExampleQueries(
  service: Service,
  columns: readonly Column[],
  statistics: ServiceStatistics,
) {
  const { group, measure, threshold } = choose(columns, statistics)
  const grouping = group ? [group.path] : []
  const count = { name: 'count', fn: 'count', path: '*' }
  const average = measure ? [{ name: 'average', fn: 'avg', path: measure.path }] : []
  const base = { service: service.name }
  return {
    scalar: [{ key: 'by_group', ...base, aggregates: [count, ...average], grouping }],
    series: [{ key: 'per_day', ...base, aggregates: [count], interval: 86_400 }],
    table: [
      {
        key: 'rows',
        ...base,
        columns: ['TraceId', 'Timestamp', ...(measure ? [measure.path] : [])],
        orders: [{ path: measure?.path ?? 'Timestamp', direction: 'desc' }],
        limit: 10,
      },
    ],
    ...(measure && {
      rate: [
        {
          key: 'share',
          ...base,
          rates: [{ name: 'below_median', filters: [{ path: measure.path, lt: Number(threshold) }] }],
        },
      ],
    }),
    facet: [{ key: 'values', ...base, path: group?.path ?? 'TraceId', limit: 10 }],
  }
}
