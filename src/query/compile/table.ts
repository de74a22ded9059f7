import type { CompiledQuery, QuerySource } from '../compiled.ts'
import type { QueryOf } from '../request/queries.ts'
import { type ResolvedColumn, resolveColumn } from '../resolve-column.ts'
import { join, name, raw, type Sql, sql } from '../sql.ts'
import { checkNames, direction, from, type Selected, select, toCompiled, where } from './select.ts'

const longest = raw('10000')

/** A text as a table shows it; sorts and filters see the whole text. */
const toCell = ({ column, sql: text }: ResolvedColumn): Sql =>
  column.type === 'string'
    ? sql`if(length(${text}) > ${longest}, left(${text}, ${longest}) || '… (cut)', ${text})`
    : text

/** Rows with chosen columns; `*` stands for all that the service has. */
export function compileTable(source: QuerySource, request: QueryOf<'table'>, at: string): CompiledQuery {
  const asked = request.columns.flatMap((path) =>
    path === '*' ? source.schema.columns.map((column) => column.path) : [path],
  )
  const selected = asked.map((path, i): Selected => {
    const place = `${at}.columns[${Math.min(i, request.columns.length - 1)}]`
    const found = resolveColumn(source.schema, path, place)
    return { name: path, sql: toCell(found), type: found.column.type, unit: found.column.unit, at: place }
  })
  checkNames(selected, at)
  const orders = (request.orders ?? []).map((order, i) => {
    const { sql: text } = resolveColumn(source.schema, order.path, `${at}.orders[${i}].path`)
    return sql`${text} ${direction(order)}`
  })
  const ids = source.schema.columns
    .filter(({ path }) => path === 'TraceId' || path === 'SpanId')
    .map((column) => name(column.name))
  // Rows of one time and span are told apart by what is shown of them.
  const shown = selected.map((_, i) => raw(String(i + 1)))
  const all = [...orders, raw('"timestamp" DESC'), ...ids, ...shown]
  const statement = sql`${select(selected)}
${from(source)}
${where(source, request.filters, at)}
ORDER BY ${join(all, ', ')}`
  return toCompiled(statement, selected, request)
}
