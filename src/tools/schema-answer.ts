import { z } from 'zod'

const columnSchema = z.object({
  path: z.string(),
  service: z.string().optional(),
  type: z.string(),
  unit: z.string().optional(),
  meaning: z.string(),
  filled: z.number().optional().describe('Share of rows with a value'),
  top: z.array(z.string()).optional().describe('Most frequent values'),
  min: z.union([z.number(), z.string()]).optional(),
  median: z.union([z.number(), z.string()]).optional(),
  max: z.union([z.number(), z.string()]).optional(),
})

const serviceSchema = z.object({
  name: z.string(),
  grain: z.string().describe('What one row is'),
  use: z.string().optional(),
  rows: z.number().optional().describe('Absent where rows are found when they are asked for'),
  from: z.string().optional(),
  to: z.string().optional(),
  columns: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Path prefix → names under it; a path is prefix + name. Type text unless given: i integer, d double, b boolean, t timestamp',
    ),
})

/** What `get_schema` answers: services, and, by what was asked, columns, query forms and an example. */
export const schemaAnswerSchema = z.object({
  services: z.array(serviceSchema),
  columns: z.array(columnSchema).optional(),
  queryTypes: z.record(z.string(), z.string()).optional(),
  aggregates: z.array(z.string()).optional(),
  measures: z
    .record(z.string(), z.string())
    .optional()
    .describe('Named measures, usable as {"name": ..., "measure": ...} wherever an aggregate is'),
  operators: z.record(z.string(), z.string()).optional(),
  example: z
    .object({ name: z.string(), arguments: z.record(z.string(), z.json()) })
    .optional()
    .describe('A traces_query call of all query types that runs as it stands'),
  rejectedFiles: z.array(z.object({ path: z.string(), reason: z.string(), next: z.string() })).optional(),
  notes: z.array(z.string()).optional(),
})

export type SchemaAnswer = z.infer<typeof schemaAnswerSchema>
