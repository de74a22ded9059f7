import { defineStatement, type Engine } from '../../../engine/engine.ts'
import type { Table } from '../../layouts/layout.ts'
import { unreadable } from '../../open-export.ts'
import { toNames, toTable } from './json-table.ts'

const resultKeys = ['meta', 'data', 'rows']

/** Whether an object with these keys is the result of a query with its rows in it, as ClickHouse writes it by `FORMAT JSON`. */
export const isResult = (keys: readonly (string | null)[]): boolean =>
  resultKeys.every((key) => keys.includes(key))

/**
 * The rows of a result as a table: objects, or lists of values in the order of the columns. Throws `unreadable_file` where
 * they are something else. Source: ClickHouse documentation, formats JSON, JSONStrings and JSONCompact.
 */
export async function openResult(engine: Engine, objects: string): Promise<Table> {
  const [result] = await engine.run(
    defineStatement(
      `SELECT json ->> '$.meta[*].name' AS names, json_type(json, '$.data') AS "list", json_type(json, '$.data[0]') AS "row" FROM ${objects} LIMIT 1`,
    ),
  )
  const names = result?.['names']
  if (!Array.isArray(names) || result?.['list'] !== 'ARRAY')
    throw unreadable('It is the result of a query without its rows.', 'Export it as JSONEachRow.')
  const columns = toNames(names.map(String))
  const rows = `(SELECT unnest(CAST(json -> '$.data' AS JSON[])) AS json FROM ${objects})`
  return result['row'] === 'ARRAY'
    ? toTable(
        columns,
        rows,
        columns.map((name) => `/${names.indexOf(name)}`),
      )
    : toTable(columns, rows)
}
