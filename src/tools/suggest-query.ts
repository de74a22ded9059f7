import { services } from '../catalog/catalog.ts'
import type { Column } from '../catalog/column.ts'
import type { Service } from '../catalog/service.ts'
import type { TimeRange } from '../core/time-range.ts'
import { toWholeDays } from './whole-days.ts'

/** A call that can be made as it stands. */
export type SuggestedCall = Readonly<{ name: string; arguments: Readonly<Record<string, unknown>> }>

type Place = Readonly<{ service: Service; column: Column; range: TimeRange }>

/** When a service has rows; undefined where it has none. */
export type FindRange = (service: Service) => TimeRange | undefined

const longestFacet = 10

/** Paths of attributes in a text; a column of a span such as `Duration` is an ordinary word too. */
const attributePath = /\b(?:Resource)?Attributes(?:\.[A-Za-z0-9_]+)+/g

function findPlace(path: string, text: string, findRange: FindRange): Place | undefined {
  const places = services.flatMap((service) => {
    const column = service.columns.find((candidate) => candidate.path === path)
    const range = column && findRange(service)
    return range ? [{ service, column, range }] : []
  })
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
 * one that it names most often. Made from the catalog and over the days that have rows, so that it runs as it stands. Undefined
 * where it names none, or none that has rows.
 */
export function suggestQuery(
  question: string,
  text: string,
  findRange: FindRange,
): SuggestedCall | undefined {
  const counts = new Map<string, number>()
  for (const [path] of text.matchAll(attributePath)) counts.set(path, (counts.get(path) ?? 0) + 1)
  const asked = question.toLowerCase()
  const isAsked = (path: string) => asked.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
  const ranked = [...counts].sort(([a, m], [b, n]) => Number(isAsked(b)) - Number(isAsked(a)) || n - m)
  for (const [path] of ranked) {
    const place = findPlace(path, text, findRange)
    if (place && place.column.type !== 'timestamp')
      return {
        name: 'traces_query',
        arguments: { ...toWholeDays(place.range), queries: toQueries(place) },
      }
  }
  return undefined
}
