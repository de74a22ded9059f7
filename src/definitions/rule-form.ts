import { z } from 'zod'
import { definitionName, text } from './measure-form.ts'

const limit = z.union([z.number(), text])

/** One limit: exactly one comparison. */
const level = z
  .strictObject({
    above: z.number().optional(),
    below: z.number().optional(),
    equals: limit.optional(),
    present: z.array(text).optional(),
  })
  .refine((one) => Object.values(one).filter((value) => value !== undefined).length === 1, {
    message: 'needs one of above, below, equals and present',
  })

const peers = z.strictObject({
  among: z.union([text.transform((one) => [one]), z.array(text).min(1).max(5)]),
  period: z.enum(['day', 'week']).default('week'),
  min_samples: z.number().int().min(5).default(30),
  scale: z.enum(['linear', 'log']).default('linear'),
})

const rule = z.strictObject({
  title: text,
  category: text,
  service: text,
  direction: z.enum(['inbound', 'outbound']).optional(),
  metric: text,
  unit: z.string().max(40).default(''),
  minor: level.optional(),
  severe: level.optional(),
  terminal: level.optional(),
  peers: peers.optional(),
  recommendation: text,
})

/** The form of `insight-rules.yaml`; `false` switches a rule off that comes with Parquetry. */
export const rulesForm = z.strictObject({
  rules: z.record(definitionName, z.union([z.literal(false), rule])),
})

export type RuleForm = z.infer<typeof rule>

export const ruleKeys = {
  top: ['rules'],
  rule: Object.keys(rule.shape),
  level: ['above', 'below', 'equals', 'present'],
  peers: Object.keys(peers.shape),
} as const
