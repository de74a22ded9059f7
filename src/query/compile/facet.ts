import type { CompiledQuery, QuerySource } from '../compiled.ts'
import type { QueryOf } from '../request/queries.ts'
import { resolveColumn } from '../resolve-column.ts'
import { raw, sql } from '../sql.ts'
import { from, type Selected, select, toCompiled, where } from './select.ts'

/** The values of a column with their counts, the most frequent first. */
export function compileFacet(source: QuerySource, request: QueryOf<'facet'>, at: string): CompiledQuery {
  const { column, sql: text } = resolveColumn(source.schema, request.path, `${at}.path`)
  const selected: readonly Selected[] = [
    { name: 'value', sql: text, type: column.type, unit: column.unit },
    { name: 'count', sql: raw('count(*)'), type: 'integer', unit: 'rows' },
  ]
  const statement = sql`${select(selected)}
${from(source)}
${where(source, request.filters, at)}
GROUP BY 1
ORDER BY "count" DESC, "value" ASC NULLS LAST`
  return toCompiled(statement, selected, request)
}
