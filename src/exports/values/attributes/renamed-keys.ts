import { quoteText } from '../../../core/sql-text.ts'

/**
 * SQL for an attribute map whose keys are put below a prefix, which ends with a dot, but for those that have a name of their
 * own. The names must be different from what the other keys become.
 */
export function renameKeys(
  map: string,
  prefix: string,
  names: Readonly<Record<string, string>> = {},
): string {
  const cases = Object.entries(names).map(([key, name]) => `WHEN ${quoteText(key)} THEN ${quoteText(name)}`)
  const below = `${quoteText(prefix)} || entry."key"`
  const key = cases.length === 0 ? below : `CASE entry."key" ${cases.join(' ')} ELSE ${below} END`
  return `map_from_entries(list_transform(map_entries(${map}), lambda entry: struct_pack("key" := ${key}, "value" := entry."value")))`
}
