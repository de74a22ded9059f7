import { isObject } from './count-rows.ts'
import type { Outcome } from './observe.ts'

const toCode = (result: unknown): string | undefined => {
  const error = isObject(result) ? result['error'] : undefined
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined
}

/**
 * How an answer ended whose parts may fail each by itself, as the queries of `traces_query` do: a fault of ours in any part is an
 * `error`, and where all parts failed for what was asked, so did the call.
 */
export function findErrors(output: Readonly<Record<string, unknown>>): Pick<Outcome, 'outcome' | 'code'> {
  const results = isObject(output['results']) ? Object.values(output['results']) : []
  const codes = results.map(toCode).filter((code) => code !== undefined)
  const [code] = codes
  if (code === undefined) return { outcome: 'ok' }
  if (codes.includes('internal')) return { outcome: 'error', code: 'internal' }
  return { outcome: codes.length === results.length ? 'tool_error' : 'ok', code }
}
