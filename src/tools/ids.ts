import { z } from 'zod'
import { AppError } from '../core/errors.ts'

export const traceIdSchema = z.string().max(200).describe('Trace id, 32 hex characters')
export const spanIdSchema = z.string().max(200).describe('Span id, 16 hex characters')

/** Another kind of id, which one may be taken for, and the way from it to the one that is wanted. */
type Other = Readonly<{ name: string; length: number; toWay(id: string): string }>

type Kind = Readonly<{ length: number; source: string; other: Other }>

const traceKind: Kind = {
  length: 32,
  source: 'traces_list, or a traces_query table with the column TraceId',
  other: {
    name: 'a span id',
    length: 16,
    toWay: (id) =>
      `Find its trace with a table of traces_query: {"service":"spans","columns":["TraceId"],"filters":[{"path":"SpanId","eq":"${id}"}]}.`,
  },
}

const spanKind: Kind = {
  length: 16,
  source: 'traces_get, or a traces_query table with the column SpanId',
  other: {
    name: 'a trace id',
    length: 32,
    toWay: (id) =>
      `Take the id of one of its spans from traces_get with {"traceId":"${id}","detail":"tree"}.`,
  },
}

const toId = (text: string) => text.trim().toLowerCase()

const isHex = (id: string, length: number) => id.length === length && /^[0-9a-f]*$/.test(id)

function parseId(text: string, path: string, { length, source, other }: Kind): string {
  const id = toId(text)
  if (isHex(id, length)) return id
  const isOther = isHex(id, other.length)
  throw new AppError({
    code: 'invalid_argument',
    message: `${path} must be ${length} hex characters; this has ${id.length} characters${isOther ? ` and looks like ${other.name}` : ''}.`,
    path,
    actual: text.slice(0, 80),
    expected: `${length} characters of 0-9 and a-f`,
    next: isOther ? other.toWay(id) : `Take ${path} from ${source}.`,
  })
}

/** A trace id, lower case. Throws `invalid_argument`. */
export const parseTraceId = (text: string): string => parseId(text, 'traceId', traceKind)

/** A span id, lower case. Throws `invalid_argument`. */
export const parseSpanId = (text: string, path = 'spanId'): string => parseId(text, path, spanKind)

type SpanPlace = Readonly<{ traceId: string; spanId: string }>

/** The ids of a span and its trace, lower case. Throws `invalid_argument`, also where each stands in the other's place. */
export function parseSpanPlace({ traceId, spanId }: SpanPlace): SpanPlace {
  if (isHex(toId(traceId), spanKind.length) && isHex(toId(spanId), traceKind.length)) {
    throw new AppError({
      code: 'invalid_argument',
      message: `traceId looks like a span id and spanId like a trace id: {"traceId":"${toId(spanId)}","spanId":"${toId(traceId)}"} is meant.`,
      path: 'traceId',
      actual: traceId.trim(),
      expected: `${traceKind.length} characters of 0-9 and a-f`,
      next: 'Swap traceId and spanId.',
    })
  }
  return { traceId: parseTraceId(traceId), spanId: parseSpanId(spanId) }
}
