import { services } from '../catalog/catalog.ts'
import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'

/** A call that can be made as it stands. */
export type SuggestedCall = Readonly<{ name: string; arguments: Readonly<Record<string, unknown>> }>

type Place = Readonly<{ service: Service; column: Column }>

const longestFacet = 10

/** Paths of attributes in a text; a column of a span such as `Duration` is an ordinary word too. */
const attributePath = /\b(?:Resource)?Attributes(?:\.[A-Za-z0-9_]+)+/g

function findPlace(path: string, text: string): Place | undefined {
  const places = services.flatMap((service) =>
    service.columns.filter((column) => column.path === path).map((column) => ({ service, column })),
  )
  return places.find(({ service }) => text.includes(service.name)) ?? places[0]
}

function toQueries({ service, column }: Place): Readonly<Record<string, unknown>> {
  const base = { key: column.name, service: service.name }
  if (column.type === 'string' || column.type === 'boolean')
    return { facet: [{ ...base, path: column.path, limit: longestFacet }] }
  const aggregates = [
    { name: 'count', fn: 'count', path: column.path },
    { name: 'average', fn: 'avg', path: column.path },
    { name: 'p90', fn: 'p90', path: column.path },
  ]
  return { scalar: [{ ...base, aggregates }] }
}

/**
 * A query on the column that a passage is about: of the columns that it names, the one that the question names too, or the
 * one that it names most often. Made from the catalog, so that it is always valid. Undefined where it names none.
 */
export function suggestQuery(question: string, text: string): SuggestedCall | undefined {
  const counts = new Map<string, number>()
  for (const [path] of text.matchAll(attributePath)) counts.set(path, (counts.get(path) ?? 0) + 1)
  const asked = question.toLowerCase()
  const isAsked = (path: string) => asked.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
  const ranked = [...counts].sort(([a, m], [b, n]) => Number(isAsked(b)) - Number(isAsked(a)) || n - m)
  for (const [path] of ranked) {
    const place = findPlace(path, text)
    if (place && place.column.type !== 'timestamp')
      return { name: 'traces_query', arguments: { queries: toQueries(place) } }
  }
  return undefined
}
