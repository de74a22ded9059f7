import { attributeMap, emptyMap } from '../../canonical.ts'

/** Of equal keys the last entry stays; entries without a key are left out. */
const distinct = (pairs: string) =>
  `map_from_entries(list_filter(${pairs}, lambda pair, i: pair.k IS NOT NULL AND list_position(list_transform(${pairs}[i + 1:], lambda later: later.k), pair.k) IS NULL))`

/**
 * SQL for an attribute map out of a list of STRUCT(k, v), both texts. Entries whose value is NULL are left out. A list with
 * a key twice, or with none, fails to become a map at once; only then is it gone through entry by entry.
 */
export function toEntryMap(list: string): string {
  const filled = `list_filter(${list}, lambda pair: pair.v IS NOT NULL)`
  const map = `coalesce(TRY(map_from_entries(pairs)), ${distinct('pairs')}, ${emptyMap})`
  return `CAST(list_transform([${filled}], lambda pairs: ${map})[1] AS ${attributeMap})`
}
