import { z } from 'zod'
import { operatorNames } from '../catalog/operators.ts'

const scalarValue = z.union([z.string().max(10_000), z.number(), z.boolean()])

/** A name that becomes a column of the result. NUL ends a name in SQL. */
const resultName = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character')

const path = z.string().min(1).max(500)
const key = z.string().min(1).max(200).describe('Name of this query; its result comes back under it')
const service = z
  .string()
  .min(1)
  .max(100)
  .describe('agent_interaction, node_interaction, ai_interaction, journey_interaction, traces, spans or logs')

const list = z.array(scalarValue).min(1).max(1000)

/** One filter: a path and at least one operator; several operators of one filter must all hold. */
export const filterSchema = z
  .strictObject({
    path: path.describe('Column path, e.g. Attributes.cx.queue.name'),
    eq: scalarValue.optional(),
    neq: scalarValue.optional(),
    gt: scalarValue.optional(),
    gte: scalarValue.optional(),
    lt: scalarValue.optional(),
    lte: scalarValue.optional(),
    in: list.optional(),
    not_in: list.optional(),
    contains: z.string().max(1000).optional(),
    starts_with: z.string().max(1000).optional(),
    regex: z.string().max(1000).optional().describe('RE2 regular expression'),
    exists: z.boolean().optional(),
  })
  .describe(`A path and one operator: ${operatorNames.join(', ')}`)
export type FilterRequest = z.infer<typeof filterSchema>

const filters = z.array(filterSchema).max(50).optional().describe('All must hold')

const aggregateSchema = z.strictObject({
  name: resultName.describe('Column name of the result'),
  fn: z
    .string()
    .min(1)
    .max(40)
    .describe('count, count_distinct, sum, avg, min, max, median, stddev, p1..p99'),
  path: path.default('*').describe('Column path; "*" with count'),
})
export type AggregateRequest = z.infer<typeof aggregateSchema>

const aggregates = z.array(aggregateSchema).min(1).max(50)

const grouping = z.array(path).max(10).optional().describe('Column paths to group by')

const orderSchema = z.strictObject({
  path: path.describe('A column path, or the name of an aggregate of this query'),
  direction: z.enum(['asc', 'desc']).default('asc'),
})
export type OrderRequest = z.infer<typeof orderSchema>

const orders = z.array(orderSchema).max(10).optional()

const limit = (fallback: number) => z.number().int().min(1).max(1000).default(fallback)

const scalarSchema = z.strictObject({
  key,
  service,
  aggregates,
  grouping,
  filters,
  orders,
  limit: limit(100),
})
const seriesSchema = z.strictObject({
  key,
  service,
  aggregates,
  interval: z.number().int().min(1).max(31_622_400).describe('Bucket width in seconds, e.g. 3600'),
  grouping,
  filters,
  limit: limit(1000),
})
const tableSchema = z.strictObject({
  key,
  service,
  columns: z.array(path).min(1).max(100).describe('Column paths'),
  filters,
  orders,
  limit: limit(100),
})
const rateSchema = z.strictObject({
  key,
  service,
  rates: z
    .array(z.strictObject({ name: resultName, filters: z.array(filterSchema).min(1).max(50) }))
    .min(1)
    .max(50)
    .describe('Each: share of the rows that match its filters'),
  grouping,
  filters: filters.describe('Which rows count at all (the denominator)'),
  orders,
  limit: limit(100),
})
const facetSchema = z.strictObject({ key, service, path, filters, limit: limit(100) })

/** The five query types and the form of each. */
export const querySchemas = {
  scalar: scalarSchema,
  series: seriesSchema,
  table: tableSchema,
  rate: rateSchema,
  facet: facetSchema,
} as const

export type QueryType = keyof typeof querySchemas

export type QueryRequest = {
  [T in QueryType]: Readonly<{ type: T }> & z.infer<(typeof querySchemas)[T]>
}[QueryType]

const queryList = <T extends z.ZodType>(schema: T, about: string) =>
  z.array(schema).max(20).optional().describe(about)

export const queriesSchema = z
  .strictObject({
    scalar: queryList(scalarSchema, 'Aggregates, optionally grouped'),
    series: queryList(seriesSchema, 'Aggregates per time bucket'),
    table: queryList(tableSchema, 'Rows with chosen columns'),
    rate: queryList(rateSchema, 'Shares of rows that match filters'),
    facet: queryList(facetSchema, 'Values of a column with counts'),
  })
  .describe('Any mix of the five query types; each query has a key of its own')
export type QueriesRequest = z.infer<typeof queriesSchema>
