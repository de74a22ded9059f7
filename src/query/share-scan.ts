import type { Row, Statement } from '../engine/engine.ts'
import type { CompiledQuery } from './compiled.ts'
import { join, name, raw, type Sql, sql } from './sql.ts'

/** What queries that share a scan read in place of the relation. */
export const sharedRelation = 'SELECT * FROM shared_rows'

const columnOf = (query: number, column: number) => `${query} ${column}`

/** A query's rows with its number, their place in its order, and columns that no other query's have the names of. */
function toBranch({ statement, names }: CompiledQuery, query: number): Sql {
  const columns = names.map((_, column) => name(columnOf(query, column)))
  return sql`SELECT ${raw(String(query))} AS "query", row_number() OVER () AS "place", *
FROM (
${statement}
) AS answer(${join(columns, ', ')})`
}

/**
 * Queries over `sharedRelation` as one statement that scans the relation once: the engine keeps those of its columns, and of
 * its rows, that any of the queries needs. Pure.
 */
export const shareScan = (relation: string, queries: readonly CompiledQuery[]): Statement =>
  sql`WITH shared_rows AS MATERIALIZED (
${raw(relation)}
)
${join(queries.map(toBranch), '\nUNION ALL BY NAME\n')}`

/** The rows of each query, in its order and under its own names, out of those of the shared statement. */
export function splitRows(
  rows: readonly Row[],
  queries: readonly CompiledQuery[],
): readonly (readonly Row[])[] {
  const byQuery = Map.groupBy(rows, (row) => Number(row['query']))
  return queries.map(({ names }, query) =>
    (byQuery.get(query) ?? [])
      .toSorted((a, b) => Number(a['place']) - Number(b['place']))
      .map((row) =>
        Object.fromEntries(names.map((own, column) => [own, row[columnOf(query, column)] ?? null])),
      ),
  )
}
