import type { CompiledQuery, QuerySource } from '../compiled.ts'
import type { QueryOf } from '../request/queries.ts'
import { raw, sql } from '../sql.ts'
import { compileFilters } from './filters.ts'
import type { Measure } from './formulas.ts'
import { compileGrouped } from './grouped.ts'

/** Per rate: the share, the rows that match (numerator) and the rows that count (denominator). */
export function compileRate(source: QuerySource, request: QueryOf<'rate'>, at: string): CompiledQuery {
  const measures = request.rates.flatMap((rate, i): Measure[] => {
    const place = `${at}.rates[${i}]`
    const condition = compileFilters(source.schema, rate.filters, `${place}.filters`)
    const matched = sql`count(*) FILTER (WHERE ${condition})`
    const rows = { type: 'integer', unit: 'rows', isAdditive: true, at: `${place}.name` } as const
    return [
      {
        name: rate.name,
        sql: sql`${matched} / nullif(count(*), 0)`,
        type: 'double',
        unit: 'share 0-1',
        isAdditive: false,
        at: `${place}.name`,
      },
      { ...rows, name: `${rate.name}_numerator`, sql: matched },
      { ...rows, name: `${rate.name}_denominator`, sql: raw('count(*)') },
    ]
  })
  return compileGrouped(source, request, measures, at)
}
