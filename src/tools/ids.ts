import { z } from 'zod'
import { AppError } from '../core/errors.ts'

export const traceIdSchema = z.string().max(200).describe('Trace id, 32 hex characters')
export const spanIdSchema = z.string().max(200).describe('Span id, 16 hex characters')

function parseId(text: string, path: string, length: number, other: string): string {
  const id = text.trim().toLowerCase()
  if (new RegExp(`^[0-9a-f]{${length}}$`).test(id)) return id
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} must be ${length} hex characters; this has ${id.length} characters.`,
    path,
    actual: text.slice(0, 80),
    expected: `${length} characters of 0-9 and a-f`,
    next: `Take ${path} from ${other}.`,
  })
}

/** A trace id, lower case. Throws `invalid_argument`. */
export const parseTraceId = (text: string): string =>
  parseId(text, 'traceId', 32, 'traces_list, or a traces_query table with the column TraceId')

/** A span id, lower case. Throws `invalid_argument`. */
export const parseSpanId = (text: string): string =>
  parseId(text, 'spanId', 16, 'traces_get, or a traces_query table with the column SpanId')
