import { toJsonOfQuoted } from './attributes/quoted-text.ts'
import { bind } from './bind.ts'
import type { Cell } from './cell.ts'

const fromJson = (json: string) =>
  `TRY(CASE WHEN json_type(${json}) = 'ARRAY' THEN CAST(${json} AS VARCHAR[]) END)`

/**
 * A column that holds a list, as a list: a typed one as it is, and a JSON list, or the text that ClickHouse or DuckDB writes
 * for a list to CSV, as a list of texts. What can't be read is NULL.
 */
export function toList({ sql, type }: Cell): Cell {
  if (type.endsWith('[]') || type === 'NULL') return { sql, type }
  const text = `CAST(${sql} AS VARCHAR)`
  const list = `CASE
    WHEN json_valid(${text}) THEN ${fromJson(`CAST(${text} AS JSON)`)}
    WHEN starts_with(${text}, '[') THEN coalesce(${bind(toJsonOfQuoted(text), 'quoted', fromJson)}, TRY_CAST(${text} AS VARCHAR[]))
  END`
  return { sql: list, type: 'VARCHAR[]' }
}
