import { quoteName } from '../core/sql-text.ts'
import type { Statement, Value } from '../engine/engine.ts'

/** A piece of SQL with the parameters of its `?` marks, in order. */
export type Sql = Statement

/** SQL written in this code base; never a caller's text. */
export const raw = (text: string): Sql => ({ sql: text, params: [] })

/** A caller's value: always a parameter. */
export const value = (content: Value): Sql => ({ sql: '?', params: [content] })

/** A column name, quoted. */
export const name = (column: string): Sql => raw(quoteName(column))

/** Pieces one after the other, with a separator between them. */
export const join = (parts: readonly Sql[], separator: string): Sql => ({
  sql: parts.map((part) => part.sql).join(separator),
  params: parts.flatMap(({ params }) => params),
})

/** A template whose holes are pieces of SQL. */
export function sql(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return {
    sql: texts.reduce((text, next, i) => `${text}${parts[i - 1]?.sql ?? ''}${next}`),
    params: parts.flatMap(({ params }) => params),
  }
}

/** Nothing, or the piece: for clauses that are not always there. */
export const when = (condition: boolean, part: () => Sql): Sql => (condition ? part() : raw(''))
