import { maskSecrets } from '../core/mask-secrets.ts'
import type { FinishedCall } from './call.ts'

const nameLength = 200
const argumentsLength = 2000

const toText = (text: string | undefined) => (text === undefined ? undefined : maskSecrets(text, nameLength))

/** Controls that JSON lets through, and characters that hide, reorder or break text. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const toEscapes = (character: string) =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')

function toArguments(value: unknown): string | undefined {
  if (value === undefined) return undefined
  try {
    return maskSecrets(JSON.stringify(value) ?? '', argumentsLength)
  } catch {
    return '(not JSON)'
  }
}

type LineOptions = Readonly<{
  logArguments: boolean
  /** Calls like this one that had no line since the last that had. */
  unlogged: number
}>

/**
 * The log line of a call: one JSON object without a line break, in which no text of the caller's can hide, move a
 * cursor or be a key or a token. `time` is when the call began. What isn't known is left out.
 */
export function toCallLine(
  { start, end, startedAt, durationMs }: FinishedCall,
  { logArguments, unlogged }: LineOptions,
): string {
  const target = toText(start.target)
  const isTool = start.method === 'tools/call' && target !== undefined
  const line = JSON.stringify({
    time: new Date(startedAt).toISOString(),
    requestId: toText(start.requestId),
    key: toText(start.key),
    group: toText(start.group),
    ...(isTool ? { tool: target } : { method: toText(start.method), target }),
    durationMs: Math.round(durationMs * 10) / 10,
    rows: end.rows,
    bytes: end.bytes,
    outcome: end.outcome,
    code: toText(end.code),
    unlogged: unlogged || undefined,
    address: toText(start.address),
    client: toText(start.client),
    protocol: toText(start.protocolVersion),
    arguments: logArguments ? toArguments(start.arguments) : undefined,
  })
  return line.replace(unseen, toEscapes)
}
