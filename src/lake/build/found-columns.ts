import { toAttributeKey, toColumnName } from '../../catalog/column.ts'
import type { Service } from '../../catalog/service.ts'
import { quoteName, quoteText } from '../../core/sql-text.ts'
import { attributeMap } from '../../exports/canonical.ts'
import { castText } from '../tables/typed-columns.ts'
import type { DayAttributes } from './found-attributes.ts'

/**
 * The columns that a table gets for attributes beyond the catalog. A chunk's days may find different ones, so that the
 * chunk's rows carry the text of each, and every day's file takes and types its own.
 */
export type FoundColumns = Readonly<{
  /** Goes into the SELECT list that makes the chunk's rows. */
  list: string
  /** SELECT list of one day's file: its own columns, and maps that hold only what no column holds. */
  selectDay(day: DayAttributes): string
}>

const maps = ['attributes', 'resource_attributes'] as const

const none = `CAST(MAP {} AS ${attributeMap})`

const toTexts = (keys: readonly string[]) => `[${keys.map(quoteText).join(', ')}]::VARCHAR[]`

type Key = NonNullable<ReturnType<typeof toAttributeKey>>

const keysOf = (map: Key['map'], paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => {
    const place = toAttributeKey(path)
    return place?.map === map ? [place.key] : []
  })

/** The entries of a map that are in no column of the day's file. */
function restOf(map: Key['map'], service: Service, { attributes, isComplete }: DayAttributes): string {
  const inColumns = attributes.filter(({ isColumn }) => isColumn).map(({ path }) => path)
  const rare = keysOf(
    map,
    attributes.filter(({ isColumn }) => !isColumn).map(({ path }) => path),
  )
  if (isComplete && rare.length === 0) return none
  const known = toTexts(keysOf(map, [...service.columns.map(({ path }) => path), ...inColumns]))
  const rest = `map_from_entries(list_filter(map_entries(${map}), lambda entry: NOT list_contains(${known}, entry.key)))`
  if (!isComplete) return rest
  return `CASE WHEN list_has_any(map_keys(${map}), ${toTexts(rare)}) THEN ${rest} ELSE ${none} END`
}

const hasRest = ({ attributes, isComplete }: DayAttributes) =>
  !isComplete || attributes.some(({ isColumn }) => !isColumn)

/** The columns found over the days of a chunk. */
export function toFoundColumns(service: Service, days: readonly DayAttributes[]): FoundColumns {
  const paths = [
    ...new Set(
      days.flatMap(({ attributes }) => attributes.filter(({ isColumn }) => isColumn).map(({ path }) => path)),
    ),
  ]
  const aliases = new Map(paths.map((path, i) => [path, `found_${i}`]))
  const texts = paths.map((path) => {
    const place = toAttributeKey(path)
    return `, ${place?.map}[${quoteText(place?.key ?? '')}] AS ${aliases.get(path)}`
  })
  const keepsMaps = days.some(hasRest)
  const kept = maps.map((map) => `, ${keepsMaps ? map : none} AS ${map}`)
  return {
    list: [...texts, ...kept].join(''),
    selectDay: (day) => {
      const typed = day.attributes
        .filter(({ isColumn }) => isColumn)
        .map(
          ({ path, type }) =>
            `, ${castText(aliases.get(path) ?? '', type)} AS ${quoteName(toColumnName(path))}`,
        )
      const rest = maps.map((map) => `, ${restOf(map, service, day)} AS ${map}`)
      const hidden = ['day', ...aliases.values(), ...maps].join(', ')
      return `* EXCLUDE (${hidden})${typed.join('')}${rest.join('')}`
    },
  }
}
