/** How much one caller may ask. */
export type LimitOptions = Readonly<{
  /** Requests per minute. */
  perMinute: number
  /** Requests that run at a time. */
  concurrent: number
  /** Requests that wait for one of these to end. */
  waiting: number
  /** Longest wait in ms. */
  waitMs: number
}>

/** What is left of the minute after a request was counted; over the limit, how long to wait in seconds. */
export type Count = Readonly<{
  isOver: boolean
  retryAfter: number
  headers: Readonly<Record<string, string>>
}>

type Caller = {
  /** When requests came; those of the last minute begin at `first`. */
  times: number[]
  first: number
  running: number
  queue: (() => void)[]
}

const minuteMs = 60_000

/**
 * Limits of each caller by itself: so many requests in any minute, and so many at a time, the others in a queue, so that one
 * caller's heavy queries take no place from another's. Header fields: draft-ietf-httpapi-ratelimit-headers.
 */
export function createLimits(options: LimitOptions, now: () => number = () => performance.now()) {
  const { perMinute, concurrent, waiting, waitMs } = options
  const callers = new Map<string, Caller>()
  const policy = `"minute";q=${perMinute};w=60, "concurrent";q=${concurrent};qu="concurrent-requests"`

  const forget = () => {
    for (const [id, { times, running, queue }] of callers)
      if (running === 0 && queue.length === 0 && (times.at(-1) ?? 0) <= now() - minuteMs) callers.delete(id)
  }
  const find = (id: string): Caller => {
    if (callers.size > 1_000) forget()
    const caller = callers.get(id) ?? { times: [], first: 0, running: 0, queue: [] }
    callers.set(id, caller)
    return caller
  }
  /** The caller's requests of the last minute, without the others. */
  const countLast = (caller: Caller): number => {
    const { times } = caller
    const since = now() - minuteMs
    while (caller.first < times.length && (times[caller.first] ?? 0) <= since) caller.first += 1
    if (caller.first * 2 > times.length) {
      times.splice(0, caller.first)
      caller.first = 0
    }
    return times.length - caller.first
  }
  /** Waits for a place; false when it takes too long, or for a client that is gone. */
  const takePlace = (caller: Caller, signal: AbortSignal): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false)
    if (caller.running < concurrent) {
      caller.running += 1
      return Promise.resolve(true)
    }
    if (caller.queue.length >= waiting) return Promise.resolve(false)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (isFree: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      caller.queue = caller.queue.filter((other) => other !== start)
      if (isFree) caller.running += 1
      resolve(isFree)
    }
    const start = () => settle(true)
    const leave = () => settle(false)
    const timer = setTimeout(leave, waitMs)
    signal.addEventListener('abort', leave)
    caller.queue.push(start)
    return promise
  }
  return {
    /** Counts a request of a caller, unless that would be one too many in a minute. */
    count: (id: string): Count => {
      const caller = find(id)
      const before = countLast(caller)
      const isOver = before >= perMinute
      if (!isOver) caller.times.push(now())
      const oldest = caller.times[caller.first] ?? now()
      const retryAfter = Math.max(Math.ceil((oldest + minuteMs - now()) / 1000), 1)
      const left = perMinute - before - (isOver ? 0 : 1)
      const headers = { 'RateLimit-Policy': policy, RateLimit: `"minute";r=${left};t=${retryAfter}` }
      return { isOver, retryAfter, headers }
    },
    /** Waits for a place among the caller's requests that run; gives how to leave it, or undefined where there is none. */
    enter: async (id: string, signal: AbortSignal): Promise<(() => void) | undefined> => {
      const caller = find(id)
      if (!(await takePlace(caller, signal))) return undefined
      let isLeft = false
      return () => {
        if (isLeft) return
        isLeft = true
        caller.running -= 1
        caller.queue.shift()?.()
      }
    },
    /** Seconds after which a caller without a place may come again. */
    placeAfter: Math.ceil(waitMs / 1000),
  }
}

export type Limits = ReturnType<typeof createLimits>

/** Addresses whose failed logins are remembered. */
const mostAddresses = 20_000

/** Failed logins by address: so many in a minute are told what is wrong, more only that they are too many. */
export function createFailureLimit(most: number, now: () => number = () => performance.now()) {
  const failures = new Map<string, { startedAt: number; count: number }>()
  return {
    /** Counts a failure; gives the seconds to wait once there are too many. */
    count: (address: string): number | undefined => {
      const known = failures.get(address)
      const current = known && now() - known.startedAt < minuteMs ? known : { startedAt: now(), count: 0 }
      current.count += 1
      // The one that failed last comes last.
      failures.delete(address)
      failures.set(address, current)
      const [oldest = ''] = failures.size > mostAddresses ? failures.keys() : []
      failures.delete(oldest)
      return current.count > most ? Math.ceil((current.startedAt + minuteMs - now()) / 1000) : undefined
    },
  }
}

export type FailureLimit = ReturnType<typeof createFailureLimit>
