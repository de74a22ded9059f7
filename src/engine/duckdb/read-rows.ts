import type { DuckDBResult } from '@duckdb/node-api'
import { AppError } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json-value.ts'
import type { Row } from '../engine.ts'
import { toJson } from './to-json.ts'

const tooLargeError = (rows: number, limitBytes: number) =>
  new AppError({
    code: 'too_large',
    message: `The result is too large: its first ${rows} rows hold more than ${Math.round(limitBytes / 2 ** 20)} MB.`,
    next: 'Ask for fewer rows or columns, or for an aggregate; a filter or a lower limit does it too.',
  })

/** What a cell adds to a row in JSON: `"name":value,`. */
const countBytes = (name: string, cell: JsonValue): number =>
  Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(cell)) + 4

/**
 * All rows of a result, JSON-safe. A chunk has up to 2048 rows of any width, so that the bytes are counted cell by cell:
 * throws `too_large` where the rows would be more than `limitBytes` of JSON.
 */
export async function readRows(result: DuckDBResult, limitBytes: number): Promise<readonly Row[]> {
  const names = result.deduplicatedColumnNames()
  const rows: Row[] = []
  let bytes = 0
  for await (const chunk of result) {
    for (let i = 0; i < chunk.rowCount; i++) {
      const cells: [string, JsonValue][] = []
      chunk.visitRowValues(i, (value, _row, column) => {
        const name = names[column] ?? `column_${column}`
        const cell = toJson(value)
        bytes += countBytes(name, cell)
        if (bytes > limitBytes) throw tooLargeError(rows.length + 1, limitBytes)
        cells.push([name, cell])
      })
      rows.push(Object.fromEntries(cells))
    }
  }
  return rows
}
