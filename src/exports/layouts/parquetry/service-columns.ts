import { storedServices } from '../../../catalog/catalog.ts'
import { type Column, toAttributeKey } from '../../../catalog/column.ts'
import type { Service } from '../../../catalog/service.ts'
import { isNameable } from '../../values/attributes/attribute-columns.ts'
import type { SourceColumns } from '../layout.ts'

/** The services whose rows are spans of one name. */
export const spanServices: readonly (Service & Readonly<{ spanName: string }>)[] = storedServices.flatMap(
  (service) => (service.spanName === undefined ? [] : [{ ...service, spanName: service.spanName }]),
)

const attributesOf = ({ columns }: Service): readonly Column[] =>
  columns.filter(({ path }) => toAttributeKey(path)?.map === 'attributes')

/** Lake name → attribute key: `attributes_cx_queue_name` → `cx.queue.name`. */
const keysByName: ReadonlyMap<string, string> = new Map(
  spanServices
    .flatMap(attributesOf)
    .map(({ name, path }): [string, string] => [name, toAttributeKey(path)?.key ?? '']),
)

/** Attribute maps that a row may carry whole, under its name on the wire or in the lake. */
export const mapNames = {
  attributes: ['Attributes', 'SpanAttributes', 'attributes'],
  resource_attributes: ['ResourceAttributes', 'resource_attributes'],
} as const

/** The columns of a file that are one attribute each: attribute key → column. */
export type AttributeColumns = Readonly<
  Record<'attributes' | 'resource_attributes', ReadonlyMap<string, string>>
>

type Place = Readonly<{ map: keyof AttributeColumns; key: string }>

const lakePrefixes = [
  ['resource_attributes_', 'resource_attributes'],
  ['attributes_', 'attributes'],
] as const

/**
 * Where a column's value belongs. A lake name that the catalog doesn't know keeps its underscores, as nothing tells which of
 * them were dots; it is left out where the whole map lies beside it.
 */
function findPlace(name: string, columns: SourceColumns): Place | undefined {
  const place = toAttributeKey(name)
  if (place) return place
  const known = keysByName.get(name)
  if (known !== undefined) return { map: 'attributes', key: known }
  const [prefix, map] = lakePrefixes.find(([start]) => name.startsWith(start)) ?? []
  if (!prefix || !map || mapNames[map].some((whole) => columns.has(whole))) return undefined
  return { map, key: name.slice(prefix.length) }
}

/** Where two columns are one attribute, the first counts. */
export function findAttributeColumns(columns: SourceColumns): AttributeColumns {
  const found = { attributes: new Map<string, string>(), resource_attributes: new Map<string, string>() }
  for (const name of columns.keys()) {
    const place = isNameable(name) ? findPlace(name, columns) : undefined
    if (place && place.key !== '' && !found[place.map].has(place.key)) found[place.map].set(place.key, name)
  }
  return found
}

/** The service that a folder on the path is named after. */
export const findServiceOfPath = (path: string): (typeof spanServices)[number] | undefined => {
  const folders = path.split('/').slice(0, -1)
  return spanServices.find(({ name }) => folders.includes(name))
}

const keysOf = (service: Service) => attributesOf(service).map(({ path }) => toAttributeKey(path)?.key ?? '')

const sharedKeys: ReadonlySet<string> = new Set(
  [...Map.groupBy(spanServices.flatMap(keysOf), (key) => key)]
    .filter(([, uses]) => uses.length > 1)
    .map(([key]) => key),
)

/** The service that has most of the attributes, those that several services have left aside; undefined where none has any. */
export function findServiceOfAttributes(keys: Iterable<string>): (typeof spanServices)[number] | undefined {
  const given = new Set(keys)
  const scores = spanServices.map((service) => ({
    service,
    score: keysOf(service).filter((key) => given.has(key) && !sharedKeys.has(key)).length,
  }))
  const [best] = scores.sort((a, b) => b.score - a.score)
  return best && best.score > 0 ? best.service : undefined
}

/** Whether a column is an attribute on the wire, `Attributes.x`, or one of the catalog's in the lake. */
export const isAttributeColumn = (name: string): boolean =>
  name.startsWith('Attributes.') || keysByName.has(name)
