import { type Column, type ColumnType, toAttributeKey } from '../../catalog/column.ts'
import { quoteName } from '../../core/sql-text.ts'
import type { ServiceSchema } from '../service-schema.ts'
import { readAttribute, sqlTypes } from '../tables/typed-columns.ts'

/** How a column is read out of a service's relation: the names that the relation must have, and the expression. */
export type ReadValue = Readonly<{ names: readonly string[]; sql: string; type: ColumnType }>

/** A column of a service: its own, or one of its attribute map; undefined where none of its rows can have it. */
export function findValue(
  { service, columns, rare, hasUnnamed }: ServiceSchema,
  path: string,
): ReadValue | undefined {
  const own = columns.find((column) => column.path === path)
  if (own) return { names: [own.name], sql: quoteName(own.name), type: own.type }
  const place = toAttributeKey(path)
  if (!place || !service.nestedColumns.includes(place.map)) return undefined
  const known = rare.find((column) => column.path === path)
  if (!known && !hasUnnamed) return undefined
  const type = known?.type ?? 'string'
  return { names: [place.map], sql: readAttribute(path, type), type }
}

/** A column of the derived service as one of its sources gives it, in the derived column's type. */
export function readAs(schema: ServiceSchema, { path, type }: Column): ReadValue {
  const found = findValue(schema, path)
  if (found?.type === type) return found
  return { names: found?.names ?? [], sql: `TRY_CAST(${found?.sql ?? 'NULL'} AS ${sqlTypes[type]})`, type }
}

/** A value as a number; NULL where it is none, or not finite. */
export const asNumber = ({ sql, type }: ReadValue): string =>
  type === 'integer'
    ? `CAST(${sql} AS DOUBLE)`
    : `CASE WHEN isfinite(TRY_CAST(${sql} AS DOUBLE)) THEN TRY_CAST(${sql} AS DOUBLE) END`

export const asText = ({ sql }: ReadValue): string => `CAST(${sql} AS VARCHAR)`
