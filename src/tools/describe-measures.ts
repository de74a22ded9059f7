import type { Measure } from '../catalog/measure.ts'
import type { QueryRequest } from '../query/request/queries.ts'

const aggregatesOf = (request: QueryRequest) => ('aggregates' in request ? (request.aggregates ?? []) : [])

/** Whether a query asks for a named measure. */
export const asksForMeasure = (request: QueryRequest): boolean =>
  aggregatesOf(request).some(({ measure }) => measure !== undefined)

const toGood = ({ good }: Measure) => good && `${good} is better`

const toLimits = ({ thresholds: { warning, critical } }: Measure) =>
  [warning !== undefined && `warning at ${warning}`, critical !== undefined && `critical at ${critical}`]
    .filter(Boolean)
    .join(', ')

/** A measure in a sentence: what it is, its unit, which way is better. */
export function describeMeasure(measure: Measure, given: Readonly<Record<string, number>> = {}): string {
  const parameters = Object.entries(measure.parameters).map(
    ([name, { default: fallback, unit }]) => `${name} ${given[name] ?? fallback}${unit && ` ${unit}`}`,
  )
  const facts = [measure.unit, ...parameters, toGood(measure), toLimits(measure)].filter(Boolean)
  return `${measure.title}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}: ${measure.definition}`
}

/** A measure in a line: its title and service, and what its parameters are unless they are given. */
export function nameMeasure({ title, service, parameters }: Measure): string {
  const defaults = Object.entries(parameters).map(([key, { default: value }]) => `${key}=${value}`)
  return `${title}, of ${service}${defaults.length > 0 ? `; parameters (${defaults.join(', ')})` : ''}`
}

/** What the measures of a query are, so that the answer can be read without their definitions. */
export const describeMeasures = (request: QueryRequest, measures: readonly Measure[]): readonly string[] =>
  aggregatesOf(request).flatMap(({ name, measure, parameters }) => {
    const found = measures.find((candidate) => candidate.name === measure)
    return found ? [`${name} is ${describeMeasure(found, parameters)}`] : []
  })
