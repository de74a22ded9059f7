import { z } from 'zod'
import { briefFilters, path } from './filters.ts'
import { resultName } from './groups.ts'

const aggregateSchema = z.strictObject({
  name: resultName.describe('Column name of the result'),
  fn: z
    .string()
    .trim()
    .toLowerCase()
    .min(1)
    .max(40)
    .optional()
    .describe('count, count_distinct, approx_count_distinct, sum, avg, min, max, median, stddev, p1..p99'),
  measure: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe('Instead of fn and path: a measure of get_schema, e.g. service_level'),
  parameters: z.record(z.string().max(60), z.number()).optional().describe('Of the measure'),
  path: path.default('*').describe('Column path; "*" with count'),
  filters: briefFilters.describe('Only rows that match count for this aggregate'),
})
export type AggregateRequest = z.infer<typeof aggregateSchema>

const mostAggregates = 50

export const aggregates = z.array(aggregateSchema).min(1).max(mostAggregates)

/** The same, of which a client is told less. */
export const briefAggregates = z
  .array(z.looseObject({}).pipe(aggregateSchema))
  .min(1)
  .max(mostAggregates)
  .describe('As in scalar.aggregates')

const formulaNames = ['ratio', 'difference', 'relative_change', 'share_of_total'] as const

const formulaSchema = z.strictObject({
  name: resultName,
  fn: z.enum(formulaNames),
  of: resultName.describe('Name of an aggregate, or of a formula before this one'),
  by: resultName.optional().describe('Name of the other: ratio is of / by, difference of - by'),
})
export type FormulaRequest = z.infer<typeof formulaSchema>

export const formulas = z
  .array(formulaSchema)
  .max(50)
  .optional()
  .describe('Columns computed from aggregates; share_of_total over all groups')

const bound = z.union([z.number(), z.string().max(1000)]).optional()

/** A condition on a column of the result. */
const havingSchema = z.strictObject({
  name: resultName.describe('Name of an aggregate or formula'),
  eq: bound,
  neq: bound,
  gt: bound,
  gte: bound,
  lt: bound,
  lte: bound,
})
export type HavingRequest = z.infer<typeof havingSchema>

export const having = z.array(havingSchema).max(20).optional().describe('Conditions on groups; all must hold')

/** The same, of which a client is told less; so are those below that begin so. */
export const briefHaving = z.array(z.looseObject({}).pipe(havingSchema)).max(20).optional()

const orderSchema = z.strictObject({
  path: path.describe('A column path, or the name of a column of the result'),
  direction: z.enum(['asc', 'desc']).default('asc'),
})
export type OrderRequest = z.infer<typeof orderSchema>

export const orders = z.array(orderSchema).max(10).optional()

export const briefOrders = z
  .array(z.looseObject({}).pipe(orderSchema))
  .max(10)
  .optional()
  .describe('As in scalar')

/** The best rows of each value of some groups: top k per group. */
const limitBySchema = z.strictObject({
  grouping: z.array(resultName).min(1).max(10).describe('Group columns of the result'),
  limit: z.number().int().min(1).max(1000),
})

export const limitBy = limitBySchema
  .optional()
  .describe('At most so many rows, in order, for each value of these groups')

export const briefLimitBy = z.looseObject({}).pipe(limitBySchema).optional()

/** Most rows of a result. */
export const limit = (fallback: number) => z.number().int().min(1).max(1000).default(fallback)

/** Rows that come before the page. */
export const offset = z.number().int().min(0).max(1_000_000).default(0)

export const others = z
  .boolean()
  .optional()
  .describe('One row more, under others, for all groups beyond limit, limit_by and having')
