import type { QuerySource } from '../compiled.ts'
import { join, raw, type Sql, sql } from '../sql.ts'
import { compileFormulas, type Measure } from './formulas.ts'
import { type GroupedRequest, type Layers, nameInner, refer, toInner } from './layers.ts'
import { from, type Selected, select, where } from './select.ts'

/** How many groups the row of all others stands for. */
export const otherGroupsName = '__groups'

const keyOf = (i: number) => `"__group_${i + 1}"`

/** One row for the rows of all groups that the result doesn't show, be it for its limit or for its conditions. */
export function compileOthers(
  source: QuerySource,
  request: GroupedRequest,
  layers: Layers,
  { groups, measures }: Readonly<{ groups: readonly Selected[]; measures: readonly Measure[] }>,
  at: string,
): Sql {
  const keys = groups.map(({ sql: text }, i) => sql`${text} AS ${raw(keyOf(i))}`)
  const isShown = groups.map((_, i) =>
    raw(`rest.${keyOf(i)} IS NOT DISTINCT FROM ranked.${toInner('c', i + 1)}`),
  )
  const distinct = raw(`count(DISTINCT row(${groups.map((_, i) => keyOf(i)).join(', ')}))`)
  const counted: readonly Selected[] = [
    ...measures,
    { name: otherGroupsName, sql: distinct, type: 'integer', unit: '' },
  ]
  const values = refer(measures, 'c')
  const toTotal = (column: Sql): Sql => {
    const place = values.findIndex(({ sql: own }) => own.sql === column.sql)
    const total = layers.measures[place]?.sql.sql
    if (total === undefined) throw new Error('a total of what is no aggregate')
    return raw(`(SELECT sum(${total}) FROM grouped)`)
  }
  const formulas = compileFormulas(values, request.formulas, toTotal, at)
  const ranked = layers.groups.map((group, i) => ({ ...group, name: `c${i + 1}` }))
  const folded = { ...(counted.at(-1) as Selected), sql: raw(toInner('c', counted.length)) }
  return sql`${layers.head}, ranked AS (
${layers.toRanked(ranked)}
LIMIT ${raw(String(request.limit + request.offset))}
), rest AS (
SELECT *, ${join(keys, ', ')}
${from(source)}
${where(source, request.filters, at)}
), others AS (
SELECT
  ${nameInner(counted)}
FROM rest ANTI JOIN ranked ON ${join(isShown, ' AND ')}
)
${select([...values, ...formulas, folded])}
FROM others`
}
