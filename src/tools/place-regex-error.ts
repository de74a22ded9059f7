import { AppError } from '../core/errors.ts'
import type { Engine } from '../engine/engine.ts'

type Placed = Readonly<{ pattern: string; path: string }>

/** The regular expressions of a request, each with its place in the input. */
function listPatterns(value: unknown, at: string): readonly Placed[] {
  if (Array.isArray(value)) return value.flatMap((inner, i) => listPatterns(inner, `${at}[${i}]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'regex' && typeof inner === 'string'
      ? [{ pattern: inner, path: `${at}.regex` }]
      : listPatterns(inner, `${at}.${key}`),
  )
}

/** Whether the engine takes a pattern. */
const isGood = (engine: Engine, pattern: string, signal: AbortSignal) =>
  engine.run({ sql: `SELECT regexp_matches('', ?) AS found`, params: [pattern] }, signal).then(
    () => true,
    (error: unknown) => !(error instanceof AppError && error.details.code === 'invalid_argument'),
  )

/**
 * The error of a statement with the place of the regular expression that is at fault: the engine, which alone knows whether a
 * pattern is right, knows nothing of places. Any other error as it is.
 */
export async function placeRegexError(
  error: unknown,
  request: unknown,
  at: string,
  { engine, signal }: Readonly<{ engine: Engine; signal: AbortSignal }>,
): Promise<unknown> {
  if (!(error instanceof AppError) || error.details.code !== 'invalid_argument' || error.details.path)
    return error
  for (const { pattern, path } of listPatterns(request, at)) {
    if (await isGood(engine, pattern, signal)) continue
    return new AppError({ ...error.details, path }, { cause: error })
  }
  return error
}
