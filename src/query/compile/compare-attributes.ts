import { AppError } from '../../core/errors.ts'
import type { Row } from '../../engine/engine.ts'
import { compareProportions, correctForMany } from '../../statistics/tests.ts'
import type { CompiledQuery, QuerySource } from '../compiled.ts'
import type { QueryOf } from '../request/queries.ts'
import { resolveColumn } from '../resolve-column.ts'
import { join, raw, type Sql, sql, value } from '../sql.ts'
import { toCompiled } from './select.ts'

type Compare = QueryOf<'compare'>

/** A column with more values tells rows apart by accident. */
const mostValues = 50
/** Columns that are looked at when none are named. */
const mostColumns = 120
/** Rows of a value on both sides together, below which nothing is said of it. */
const fewestRows = 5

/** Fewer rows on a side say little, whatever the test. */
const fewest = 30

/** What must be said of any comparison. */
export const toCautions = (least: number): readonly string[] => [
  'This is association, not cause.',
  ...(least < fewest ? [`One side has only ${least} values: too few to rely on.`] : []),
]

const columns = [
  { name: 'attribute', type: 'string', unit: '' },
  { name: 'value', type: 'string', unit: '' },
  { name: 'target_share', type: 'double', unit: 'share 0-1' },
  { name: 'baseline_share', type: 'double', unit: 'share 0-1' },
  { name: 'difference', type: 'double', unit: 'share' },
  { name: 'lift', type: 'double', unit: 'target / baseline' },
  { name: 'n_target', type: 'integer', unit: 'rows' },
  { name: 'n_baseline', type: 'integer', unit: 'rows' },
  { name: 'q_value', type: 'double', unit: 'corrected p' },
  { name: 'examples', type: 'string', unit: 'trace ids' },
] as const

const listPaths = (request: Compare) =>
  [request.filters, request.target.filters, request.baseline.filters].flatMap((filters) =>
    (filters ?? []).map(({ path }) => path),
  )

/** Columns that can separate: named ones, or those of text and booleans that are no ids and that no filter is about. */
function choose({ schema }: QuerySource, request: Compare): readonly string[] {
  if (Array.isArray(request.attributes)) return request.attributes
  const filtered = new Set(listPaths(request))
  return schema.columns
    .filter(
      ({ path, type }) =>
        (type === 'string' || type === 'boolean') && !/(^|\.|_)id$|Id$/.test(path) && !filtered.has(path),
    )
    .slice(0, mostColumns)
    .map(({ path }) => path)
}

const round = (number: number) => Number(number.toPrecision(6))

type Counted = Readonly<{ path: string; text: string; target: number; baseline: number; examples: string }>

function toCounted(row: Row): Counted {
  const examples = row['examples']
  return {
    path: String(row['path']),
    text: row['value'] === null ? '(no value)' : String(row['value']),
    target: Number(row['target']),
    baseline: Number(row['baseline']),
    examples: Array.isArray(examples) ? examples.join(' ') : '',
  }
}

/** Values in the order of how well they separate the cohorts: those that chance hardly explains first, by their difference. */
function rank(rows: readonly Row[]): Readonly<{ rows: readonly Row[]; notes: readonly string[] }> {
  const all = rows.map(toCounted)
  const whole = all.find(({ path }) => path === '') ?? { target: 0, baseline: 0 }
  const byPath = Map.groupBy(
    all.filter(({ path }) => path !== ''),
    ({ path }) => path,
  )
  const few = [...byPath.values()].filter((same) => same.length <= mostValues)
  const told = few.flat().filter(({ target, baseline }) => target + baseline >= fewestRows)
  const pValues = told.map(
    ({ target, baseline }) =>
      compareProportions({ hits: target, cases: whole.target }, { hits: baseline, cases: whole.baseline })
        .pValue ?? 1,
  )
  const corrected = correctForMany(pValues)
  const ranked = told
    .map((one, i) => {
      const [own, other] = [
        one.target / Math.max(whole.target, 1),
        one.baseline / Math.max(whole.baseline, 1),
      ]
      return { ...one, own, other, q: corrected[i] ?? 1 }
    })
    .sort(
      (a, b) =>
        Number(a.q >= 0.05) - Number(b.q >= 0.05) ||
        Math.abs(b.own - b.other) - Math.abs(a.own - a.other) ||
        (`${a.path} ${a.text}` < `${b.path} ${b.text}` ? -1 : 1),
    )
  const dropped = byPath.size - few.length
  return {
    rows: ranked.map(({ path, text, own, other, target, baseline, q, examples }) => ({
      attribute: path,
      value: text,
      target_share: round(own),
      baseline_share: round(other),
      difference: round(own - other),
      lift: other > 0 ? round(own / other) : null,
      n_target: target,
      n_baseline: baseline,
      q_value: round(q),
      examples,
    })),
    notes: [
      `Target ${whole.target} rows, baseline ${whole.baseline}; ${byPath.size} columns${dropped > 0 ? `, ${dropped} of them left out with more than ${mostValues} values` : ''}; q by Benjamini and Hochberg over ${told.length} values. Only columns with few values are looked at: compare numbers and times as aggregates.`,
      ...toCautions(Math.min(whole.target, whole.baseline)),
    ],
  }
}

/** What is different about the target: values of columns by how their shares differ, with examples of the target. */
export function compileAttributes(
  source: QuerySource,
  request: Compare,
  cohorts: Sql,
  at: string,
): CompiledQuery {
  const paths = choose(source, request)
  if (paths.length === 0)
    throw new AppError({
      code: 'invalid_argument',
      message: 'There is no column to compare by.',
      path: `${at}.attributes`,
      next: 'Name columns.',
    })
  const counts = raw(
    'count(*) FILTER (WHERE is_target) AS target, count(*) FILTER (WHERE is_baseline) AS baseline, min(trace_id, 3) FILTER (WHERE is_target) AS examples',
  )
  const branches = paths.map((path, i) => {
    const { sql: text } = resolveColumn(source.schema, path, `${at}.attributes[${i}]`)
    return sql`(SELECT ${value(path)} AS path, CAST(${text} AS VARCHAR) AS "value", ${counts}
FROM cohorts WHERE is_target OR is_baseline GROUP BY 2 ORDER BY target + baseline DESC, 2 LIMIT ${raw(String(mostValues + 1))})`
  })
  const statement = sql`WITH ${cohorts}
SELECT '' AS path, NULL AS "value", ${counts} FROM cohorts
UNION ALL ${join(branches, '\nUNION ALL ')}`
  const compiled = toCompiled(statement, [], { limit: 1_000_000, offset: 0 })
  return { ...compiled, columns, limit: request.limit, finish: rank }
}
