import { quoteText } from '../../../core/sql-text.ts'
import { attributeMap } from '../../canonical.ts'
import { absent, type Cell, isAbsent } from '../cell.ts'
import { toAttributes } from './attributes.ts'

/**
 * The value of one key of a column of attributes, as a text; absent where the column is. `toMap` is what the column's other
 * attributes are read with. Of several keys that are taken so, by `toAttributes`, the engine makes the map once a row.
 */
export function toAttributeValue(cell: Cell, key: string, toMap = toAttributes): Cell {
  if (isAbsent(cell)) return absent
  const map = cell.type === attributeMap ? cell.sql : `(${toMap(cell)})`
  return { sql: `${map}[${quoteText(key)}]`, type: 'VARCHAR' }
}
