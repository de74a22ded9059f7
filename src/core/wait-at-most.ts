import { setTimeout as sleep } from 'node:timers/promises'

/** What a promise gives, or `late` if that takes longer; a rejection in time rises. The wait keeps no process alive. */
export async function waitAtMost<T, L>(promise: Promise<T>, ms: number, late: L): Promise<T | L> {
  const timer = new AbortController()
  const end = sleep(ms, late, { signal: timer.signal, ref: false }).catch(() => late)
  return Promise.race([promise, end]).finally(() => timer.abort())
}
