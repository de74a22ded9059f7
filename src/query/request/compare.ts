import { z } from 'zod'
import { filterSchema, path, someFilters } from './filters.ts'
import { resultName } from './groups.ts'
import { briefAggregates, limit, offset } from './measures.ts'

const cohort = z
  .strictObject({
    filters: z.array(z.looseObject({}).pipe(filterSchema)).max(50).optional(),
    startTime: z.string().max(100).optional(),
    endTime: z.string().max(100).optional(),
  })
  .describe('Rows that match, in the window of the call or one of their own')
export type CohortRequest = z.infer<typeof cohort>

/** Two sets of rows, side by side. */
export const compareSchema = z.strictObject({
  key: z.string().min(1).max(200),
  service: z.string().min(1).max(100),
  target: cohort,
  baseline: z.looseObject({}).pipe(cohort),
  aggregates: briefAggregates.optional(),
  rates: z
    .array(z.looseObject({}).pipe(z.strictObject({ name: resultName, filters: someFilters })))
    .min(1)
    .max(50)
    .optional(),
  attributes: z
    .union([z.boolean(), z.array(path).min(1).max(100)])
    .optional()
    .describe('What is different: true, or columns'),
  filters: z.array(z.looseObject({}).pipe(filterSchema)).max(50).optional(),
  limit: limit(30),
  offset,
})
