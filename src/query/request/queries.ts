import { z } from 'zod'
import { compareSchema } from './compare.ts'
import { briefFilters, filters, path, someFilters } from './filters.ts'
import { briefGrouping, grouping, resultName } from './groups.ts'
import {
  aggregates,
  briefAggregates,
  briefHaving,
  briefLimitBy,
  briefOrders,
  formulas,
  having,
  limit,
  limitBy,
  offset,
  orders,
  others,
} from './measures.ts'

const key = z.string().min(1).max(200)
const service = z.string().min(1).max(100)

const scalarSchema = z.strictObject({
  key: key.describe('Name of this query; its result comes back under it'),
  service: service.describe(
    'agent_interaction, node_interaction, ai_interaction, journey_interaction, traces, spans, logs or insights',
  ),
  aggregates,
  formulas,
  grouping,
  filters,
  having,
  orders,
  limit_by: limitBy,
  limit: limit(100),
  offset: offset.describe('Rows to pass over'),
  others,
})

export const intervalUnits = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const

const seriesSchema = z.strictObject({
  key,
  service,
  aggregates: briefAggregates,
  interval: z
    .union([z.number().int().min(1).max(31_622_400), z.enum(intervalUnits)])
    .describe(`Bucket width in seconds, e.g. 3600, or ${intervalUnits.join(', ')}; in timezone`),
  formulas: formulas.describe('As in scalar.formulas; share_of_total within the bucket'),
  grouping: briefGrouping,
  filters: briefFilters,
  top: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Only the groups with the largest first aggregate over the whole window'),
  fill: z.enum(['null', 'zero']).optional().describe('Adds empty buckets, with this value'),
  limit: limit(1000),
  offset,
})

const tableSchema = z.strictObject({
  key,
  service,
  columns: z.array(path).min(1).max(100).describe('Column paths; * for all'),
  filters: briefFilters,
  orders: briefOrders,
  limit: limit(100),
  offset,
})

const rateSchema = z.strictObject({
  key,
  service,
  rates: z
    .array(z.strictObject({ name: resultName, filters: someFilters }))
    .min(1)
    .max(50)
    .describe('Each: share of the rows that match its filters'),
  grouping: briefGrouping,
  filters: briefFilters.describe('Which rows count at all (the denominator)'),
  having: briefHaving,
  orders: briefOrders,
  limit_by: briefLimitBy,
  limit: limit(100),
  offset,
  others,
})

const facetSchema = z.strictObject({ key, service, path, filters: briefFilters, limit: limit(100), offset })

/** The query types and the form of each. */
export const querySchemas = {
  scalar: scalarSchema,
  series: seriesSchema,
  table: tableSchema,
  rate: rateSchema,
  facet: facetSchema,
  compare: compareSchema,
} as const

export type QueryType = keyof typeof querySchemas

export type QueryRequest = {
  [T in QueryType]: Readonly<{ type: T }> & z.infer<(typeof querySchemas)[T]>
}[QueryType]

/** The request of one type. */
export type QueryOf<T extends QueryType> = Extract<QueryRequest, { type: T }>

const queryList = <T extends z.ZodType>(schema: T, about: string) =>
  z.array(schema).max(20).optional().describe(about)

export const queriesSchema = z
  .strictObject({
    scalar: queryList(scalarSchema, 'Aggregates, optionally grouped'),
    series: queryList(seriesSchema, 'Aggregates per time bucket'),
    table: queryList(tableSchema, 'Rows with chosen columns'),
    rate: queryList(rateSchema, 'Shares of rows that match filters'),
    facet: queryList(facetSchema, 'Values of a column with counts'),
    compare: queryList(compareSchema, 'Two cohorts or windows side by side, or what is different about them'),
  })
  .describe('Any mix of the query types; each query has a key of its own')
export type QueriesRequest = z.infer<typeof queriesSchema>
