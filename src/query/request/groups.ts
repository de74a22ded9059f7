import { z } from 'zod'
import { path } from './filters.ts'

/** A name that becomes a column of the result. NUL ends a name in SQL. */
export const resultName = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character')

/** Parts of a time that rows can be grouped by, on the clock of the call's time zone. */
export const calendarParts = [
  'hour_of_day',
  'weekday',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'day_of_month',
] as const
export type CalendarPart = (typeof calendarParts)[number]

const groupSchema = z.strictObject({
  path: path.default('Timestamp').describe('Column path; Timestamp with part'),
  part: z
    .enum(calendarParts)
    .optional()
    .describe('Calendar part of a time, in timezone; weekday 1 is Monday'),
  bin: z.number().positive().optional().describe('Width of numeric bins'),
  edges: z.array(z.number()).min(1).max(100).optional().describe('Borders of numeric bins, ascending'),
  name: resultName.optional().describe('Column name of the result'),
})
export type GroupRequest = z.infer<typeof groupSchema>

export const grouping = z
  .array(z.union([path, groupSchema]))
  .max(10)
  .optional()
  .describe('Column paths to group by, or {path, part | bin | edges, name}')

const mostPaths = 10

/** The same, of which a client is told less. */
export const briefGrouping = z
  .array(z.union([path, z.looseObject({})]).pipe(z.union([path, groupSchema])))
  .max(mostPaths)
  .optional()
  .describe('As in scalar.grouping')
