import { type Column, toAttributeKey, toColumnName } from '../catalog/column.ts'
import { AppError } from '../core/errors.ts'
import { findNearestNames } from '../core/nearest-names.ts'
import { quoteName } from '../core/sql-text.ts'
import type { QuerySchema } from './schema.ts'
import { raw, type Sql, sql, value } from './sql.ts'

/** A column that was found, and the SQL that reads it. */
export type ResolvedColumn = Readonly<{ column: Column; sql: Sql }>

const casts: Readonly<Record<Column['type'], (text: Sql) => Sql>> = {
  string: (text) => sql`nullif(${text}, '')`,
  integer: (text) => sql`TRY_CAST(${text} AS BIGINT)`,
  double: (text) => sql`TRY_CAST(${text} AS DOUBLE)`,
  boolean: (text) => sql`TRY_CAST(${text} AS BOOLEAN)`,
  timestamp: (text) => sql`CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP_NS)`,
}

function readRare(column: Column): Sql {
  const place = toAttributeKey(column.path)
  if (!place) throw new Error(`${column.path} is not an attribute`)
  return casts[column.type](sql`${raw(quoteName(place.map))}[${value(place.key)}]`)
}

/**
 * The attribute of a path as text, where the maps may hold more attributes than are named: of the values of one without a
 * name nothing is known, not even whether there are any. Keys that hold a NUL, where names in SQL end, have no path.
 */
function findUnnamed(schema: QuerySchema, path: string): Column | undefined {
  if (!schema.hasUnnamed || !toAttributeKey(path)?.key || path.includes('\0')) return undefined
  return { path, name: toColumnName(path), type: 'string', unit: '', meaning: '' }
}

/** The attribute of a path that is read from its map, known by name or not. */
export const findInMaps = (schema: QuerySchema, path: string): Column | undefined =>
  schema.rare.find((candidate) => candidate.path === path) ?? findUnnamed(schema, path)

/** The column of a path. Throws `unknown_name` with the nearest paths where the service has none. */
export function resolveColumn(schema: QuerySchema, path: string, at: string): ResolvedColumn {
  const column = schema.columns.find((candidate) => candidate.path === path)
  if (column) return { column, sql: raw(quoteName(column.name)) }
  const rare = findInMaps(schema, path)
  if (rare) return { column: rare, sql: readRare(rare) }
  const paths = [...schema.columns, ...schema.rare].map((candidate) => candidate.path)
  const nearest = findNearestNames(path, paths)
  throw new AppError({
    code: 'unknown_name',
    message: `${schema.service.name} has no column "${path.slice(0, 120)}".`,
    path: at,
    actual: path.slice(0, 120),
    ...(nearest.length === 0 && { expected: paths.slice(0, 8) }),
    nearest,
    next: `Call get_schema with {"service":"${schema.service.name}"} for all its columns, or with {"search":"..."} to find one by words.`,
  })
}
