import { quoteName } from '../../../core/sql-text.ts'
import { absent, type Cell } from '../../values/cell.ts'
import type { Table } from '../layout.ts'

/** The main table's name in the statements of this layout. */
export const main = 'main'

/** A column of a table that has an alias in the statement; NULL where it has none of that name. */
export function toColumn({ columns }: Table, alias: string, name: string): Cell {
  const type = columns.get(name)
  return type === undefined ? absent : { sql: `${alias}.${quoteName(name)}`, type }
}

/** A column of the main table; NULL where it has none of that name. */
export const toMain = (table: Table, name: string): Cell => toColumn(table, main, name)

/** The type of a struct's member, out of the struct's type; members of structs within it aside, as there are none. */
function findMemberType(struct: string, name: string): string | undefined {
  return new RegExp(`^STRUCT\\((?:.*, )?"?${name}"? ([A-Z_]+)`).exec(struct)?.[1]
}

/**
 * A member of one of the main table's structs, which the exporter writes nested (`resource.id`) and the format's description
 * shows flat (`resource_id`); NULL where it has neither.
 */
export function toMember(table: Table, struct: string, name: string, flat = `${struct}_${name}`): Cell {
  const type = findMemberType(table.columns.get(struct) ?? '', name)
  if (type === undefined) return toMain(table, flat)
  return { sql: `${main}.${quoteName(struct)}.${quoteName(name)}`, type }
}
