import { gatherAttributes, isNameable } from '../values/attributes/attribute-columns.ts'
import type { Cell } from '../values/cell.ts'
import { column, hasColumns, type Table } from './layout.ts'

/** SQL for the attribute map of columns that are one attribute each: key → column. Columns that the table lacks are left out. */
export function gatherColumns(table: Table, keys: Readonly<Record<string, string>>): string {
  const there = Object.entries(keys).filter(([, name]) => hasColumns(table, [name]) && isNameable(name))
  return gatherAttributes(new Map<string, Cell>(there.map(([key, name]) => [key, column(table, name)])))
}

/**
 * The columns whose names begin so, by the key that the rest of the name stands for; of equal keys the first column stays. A
 * name whose beginning is written in capitals, as Snowflake does, is one in lower case.
 */
export function findAttributeColumns(
  { columns }: Table,
  prefix: string,
  toKey: (rest: string) => string = (rest) => rest,
): Readonly<Record<string, string>> {
  const names = [...columns.keys()].filter(
    (name) => name.length > prefix.length && name.toLowerCase().startsWith(prefix),
  )
  const toRest = (name: string) => (name.startsWith(prefix) ? name : name.toLowerCase()).slice(prefix.length)
  return Object.fromEntries(names.reverse().map((name) => [toKey(toRest(name)), name]))
}
