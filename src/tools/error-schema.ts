import { z } from 'zod'
import type { ErrorDetails } from '../core/errors.ts'

/** An error inside an answer: one query of a batch that failed. */
export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  actual: z.string().optional(),
  expected: z.array(z.string()).optional(),
  nearest: z.array(z.string()).optional(),
  next: z.string().optional(),
})

const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

export const toErrorJson = (error: ErrorDetails): z.infer<typeof errorSchema> => ({
  code: error.code,
  message: error.message,
  ...(error.path && { path: error.path }),
  ...(error.actual !== undefined && { actual: toText(error.actual) }),
  ...(error.expected && { expected: [error.expected].flat() }),
  ...(error.nearest && error.nearest.length > 0 && { nearest: [...error.nearest] }),
  ...(error.next && { next: error.next }),
})
