import type { FinishedCall } from './call.ts'

/** Refusals of one reason and key that have a line, in a minute. */
const mostLines = 20
const minuteMs = 60_000
/** Reasons and keys that are remembered. There are hardly ever more. */
const mostKinds = 1_000

type Window = { startedAt: number; lines: number; unlogged: number }

/**
 * Picks the calls that get a log line: all but refusals beyond so many alike in a minute, which only counters tell of, so that
 * nobody can fill the disk. It gives the number of those left out since the last line of their kind; undefined: no line.
 */
export function createRefusalFilter(now: () => number = () => performance.now()) {
  const windows = new Map<string, Window>()
  const forget = () => {
    for (const [kind, { startedAt }] of windows) if (now() - startedAt >= minuteMs) windows.delete(kind)
    if (windows.size >= mostKinds) windows.clear()
  }
  return ({ start, end }: FinishedCall): number | undefined => {
    if (end.outcome !== 'refused') return 0
    if (windows.size >= mostKinds) forget()
    const kind = JSON.stringify([end.code, start.key])
    const known = windows.get(kind)
    const isCurrent = known && now() - known.startedAt < minuteMs
    const { startedAt, lines, unlogged } = isCurrent
      ? known
      : { startedAt: now(), lines: 0, unlogged: known?.unlogged ?? 0 }
    const hasLine = lines < mostLines
    windows.set(
      kind,
      hasLine ? { startedAt, lines: lines + 1, unlogged: 0 } : { startedAt, lines, unlogged: unlogged + 1 },
    )
    return hasLine ? unlogged : undefined
  }
}
