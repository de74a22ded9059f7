import { toAttributeKey } from '../catalog/column.ts'
import type { Measure } from '../catalog/measure.ts'
import { findInMaps } from './resolve-column.ts'
import type { QuerySchema } from './schema.ts'

function listTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTexts) : []
}

/** Columns of every service with spans that statements name beside those of the request. */
const always = ['trace_id', 'span_id', 'timestamp']

/**
 * Names of the relation's columns that a request can need, its maps among them: to plan all columns of a service takes as long
 * as to answer. Some may be too many, since every text of the request is taken for a path.
 */
export function findColumns(
  schema: QuerySchema,
  request: unknown,
  measures: readonly Measure[] = [],
): ReadonlySet<string> {
  const texts = listTexts(request)
  const named = measures.filter(({ name }) => texts.includes(name))
  const paths = new Set([...texts, ...listTexts(named)])
  const columns = new Map(schema.columns.map(({ path, name }) => [path, name]))
  const names = [...paths].flatMap((path) => {
    const column = columns.get(path)
    if (column) return column
    return findInMaps(schema, path) ? (toAttributeKey(path)?.map ?? []) : []
  })
  return new Set([...always, ...names])
}
