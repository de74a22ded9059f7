import { z } from 'zod'
import { spanKinds, statusCodes } from '../../catalog/span-enums.ts'

const text = z
  .string()
  .min(1, 'is blank')
  .max(1000, 'is longer than 1,000 characters')
  .refine((value) => !value.includes('\0'), 'holds a NUL character')
const scalar = z.union([text, z.number(), z.boolean()])

/** Rules that give a value out of a column, or the same value for each row. */
const source = { column: text.optional(), value: scalar.optional() }

type HasSource = { column?: string | undefined; value?: unknown }
const oneSource = (rule: HasSource) => (rule.column === undefined) !== (rule.value === undefined)
const oneSourceMessage = 'needs either column or value'

const plain = z
  .strictObject({ ...source, map: z.record(text, scalar).optional() })
  .refine(oneSource, oneSourceMessage)
const unit = z.enum(['ns', 'us', 'ms', 's'])
const time = z.strictObject({
  column: text,
  unit: unit.optional(),
  format: z.union([text, z.array(text).min(1)]).optional(),
  timezone: text.optional(),
})
const duration = z
  .strictObject({ column: text.optional(), value: z.number().min(0).optional(), unit })
  .refine(oneSource, oneSourceMessage)

/** A rule may be a column's name alone, or several rules of which the first that gives a value counts. */
const withShortForm = <Rule extends z.ZodType>(rule: Rule) =>
  z.union([text, rule, z.array(z.union([text, rule])).min(1)])

const anyRule = withShortForm(plain)
const timeRule = withShortForm(time)
const durationRule = z.union([duration, z.array(duration).min(1)])

function defineEnumRule(names: readonly string[]) {
  const name = z.enum(names)
  return withShortForm(
    z
      .strictObject({ column: text.optional(), value: name.optional(), map: z.record(text, name).optional() })
      .refine(oneSource, oneSourceMessage),
  )
}

const spanColumns = z
  .strictObject({
    trace_id: anyRule,
    span_id: anyRule.optional(),
    parent_span_id: anyRule.optional(),
    trace_state: anyRule.optional(),
    span_name: anyRule,
    span_kind: defineEnumRule(spanKinds).optional(),
    service_name: anyRule.optional(),
    timestamp: timeRule,
    end: timeRule.optional(),
    duration: durationRule.optional(),
    status_code: defineEnumRule(statusCodes).optional(),
    status_message: anyRule.optional(),
    scope_name: anyRule.optional(),
    scope_version: anyRule.optional(),
  })
  .refine(({ end, duration: length }) => (end === undefined) !== (length === undefined), {
    message: 'needs either end or duration',
  })

const logColumns = z.strictObject({
  timestamp: timeRule,
  trace_id: anyRule.optional(),
  span_id: anyRule.optional(),
  trace_flags: anyRule.optional(),
  severity_text: anyRule.optional(),
  severity_number: anyRule.optional(),
  service_name: anyRule.optional(),
  body: anyRule,
  event_name: anyRule.optional(),
  scope_name: anyRule.optional(),
  scope_version: anyRule.optional(),
})

const attributes = z.record(text, anyRule).default({})
const maps = z
  .union([text, z.array(text)])
  .transform((names) => [names].flat())
  .default([])

const common = {
  ids: z.enum(['own', 'opentelemetry']).default('own'),
  attributes,
  resource_attributes: attributes,
  attribute_maps: maps,
  resource_attribute_maps: maps,
  rest: z
    .union([
      z.boolean(),
      z.strictObject({
        prefix: text.optional(),
        to: z.enum(['attributes', 'resource_attributes']).optional(),
      }),
    ])
    .default(false),
}

/** What a mapping file may say, by the kind of rows that it makes. */
export const mappingSchemas = {
  spans: z.strictObject({ kind: z.literal('spans'), columns: spanColumns, ...common }),
  logs: z.strictObject({ kind: z.literal('logs'), columns: logColumns, ...common }),
} as const

export const kindSchema = z.looseObject({ kind: z.enum(['spans', 'logs']) })

export type SpanMapping = z.infer<(typeof mappingSchemas)['spans']>
export type LogMapping = z.infer<(typeof mappingSchemas)['logs']>
export type MappingFile = SpanMapping | LogMapping

export type PlainRule = z.infer<typeof plain>
export type TimeRule = z.infer<typeof time>
export type DurationRule = z.infer<typeof duration>
export type Rules<Rule> = string | Rule | (string | Rule)[]

/** Names that are valid as keys, by place, for messages. */
export const validKeys = {
  top: Object.keys(mappingSchemas.spans.shape),
  spans: Object.keys(spanColumns.shape),
  logs: Object.keys(logColumns.shape),
  time: Object.keys(time.shape),
  duration: Object.keys(duration.shape),
  plain: Object.keys(plain.shape),
  rest: ['prefix', 'to'],
} as const
