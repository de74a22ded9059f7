import { z } from 'zod'
import { operatorNames } from '../catalog/operators.ts'

/** A text of a definition file. */
export const text = z
  .string()
  .min(1, 'is blank')
  .max(1000, 'is longer than 1,000 characters')
  .refine((value) => !value.includes('\0'), 'holds a NUL character')

/** What a definition is called in a query. */
export const definitionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,59}$/, 'is not a name of small letters, digits and _, such as service_level')

const scalar = z.union([text, z.number(), z.boolean()])
const parameterValue = z.strictObject({ parameter: definitionName, times: z.number().default(1) })
const operand = z.union([scalar, parameterValue])

const filter = z.strictObject({
  path: text,
  ...Object.fromEntries(operatorNames.map((name) => [name, operand.optional()])),
  in: z
    .array(z.union([text, z.number()]))
    .min(1)
    .optional(),
  not_in: z
    .array(z.union([text, z.number()]))
    .min(1)
    .optional(),
})

const filters = z.array(filter).max(50).default([])

const term = z.strictObject({ fn: text, path: text.default('*'), filters })

/** One term may stand without its list. */
const terms = z.union([term.transform((one) => [one]), z.array(term).min(1).max(20)])

const measure = z.strictObject({
  title: text,
  definition: text,
  service: text,
  unit: z.string().max(40).default(''),
  good: z.enum(['higher', 'lower']).optional(),
  thresholds: z.strictObject({ warning: z.number().optional(), critical: z.number().optional() }).default({}),
  parameters: z
    .record(
      definitionName,
      z.strictObject({ default: z.number(), unit: z.string().max(40).default(''), meaning: text }),
    )
    .default({}),
  filters,
  numerator: terms,
  denominator: terms.default([]),
  scale: z.number().default(1),
})

/** The form of `measures.yaml`. */
export const measuresForm = z.strictObject({ measures: z.record(definitionName, measure) })

export type MeasureForm = z.infer<typeof measure>

/** Keys that are valid, by what they are of. */
export const measureKeys = {
  top: ['measures'],
  measure: Object.keys(measure.shape),
  term: Object.keys(term.shape),
  filter: Object.keys(filter.shape),
  thresholds: ['warning', 'critical'],
  parameter: ['default', 'unit', 'meaning'],
  operand: ['parameter', 'times'],
} as const
