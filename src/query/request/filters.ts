import { z } from 'zod'

const scalarValue = z.union([z.string().max(10_000), z.number(), z.boolean()])

const list = z.array(scalarValue).min(1).max(1000)

const operators = {
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
}

/** The path of a column. */
export const path = z.string().min(1).max(500)

/** One filter: a path and at least one operator; several operators of one filter must all hold. */
export const filterSchema = z
  .strictObject({ path: path.describe('Column path, e.g. Attributes.cx.queue.name'), ...operators })
  .describe('A path and one operator')
export type FilterRequest = z.infer<typeof filterSchema>

/** The same filter, of which a client is told less: the form of filters is told once. */
const briefFilter = z.looseObject({}).pipe(filterSchema)

const mostFilters = 50

export const filters = z.array(filterSchema).max(mostFilters).optional().describe('All must hold')

/** Filters of the same form as those of a scalar query, for all places but one. */
export const briefFilters = z
  .array(briefFilter)
  .max(mostFilters)
  .optional()
  .describe('All must hold; form as in scalar.filters')

/** At least one filter. */
export const someFilters = z.array(briefFilter).min(1).max(mostFilters)
