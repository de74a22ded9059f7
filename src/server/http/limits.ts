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

/** Room for one request, or how long to wait before the next, in seconds. */
export type Admission = Readonly<
  | { ok: true; headers: Readonly<Record<string, string>>; release(): void }
  | { ok: false; reason: 'rate' | 'busy'; retryAfter: number; headers: Readonly<Record<string, string>> }
>

type Caller = {
  startedAt: number
  used: number
  running: number
  queue: (() => void)[]
}

const minuteMs = 60_000

/**
 * Limits of each caller by itself: so many requests in a minute, and so many at a time, the others in a queue, so that one
 * caller's heavy queries take no place from another's. Header fields: draft-ietf-httpapi-ratelimit-headers.
 */
export function createLimits(options: LimitOptions, now: () => number = () => performance.now()) {
  const { perMinute, concurrent, waiting, waitMs } = options
  const callers = new Map<string, Caller>()
  const policy = `"minute";q=${perMinute};w=60, "concurrent";q=${concurrent};qu="concurrent-requests"`

  const forget = () => {
    for (const [id, { startedAt, running, queue }] of callers)
      if (running === 0 && queue.length === 0 && now() - startedAt > minuteMs) callers.delete(id)
  }
  const find = (id: string): Caller => {
    if (callers.size > 1_000) forget()
    const known = callers.get(id)
    if (known) {
      if (now() - known.startedAt >= minuteMs) Object.assign(known, { startedAt: now(), used: 0 })
      return known
    }
    const caller: Caller = { startedAt: now(), used: 0, running: 0, queue: [] }
    callers.set(id, caller)
    return caller
  }
  const toSeconds = ({ startedAt }: Caller) => Math.max(Math.ceil((startedAt + minuteMs - now()) / 1000), 1)
  const toHeaders = (caller: Caller) => ({
    'RateLimit-Policy': policy,
    RateLimit: `"minute";r=${Math.max(perMinute - caller.used, 0)};t=${toSeconds(caller)}`,
  })
  const release = (caller: Caller) => {
    caller.running -= 1
    caller.queue.shift()?.()
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
    /** Asks for room for a request of a caller; what was given must be released once. */
    admit: async (id: string, signal: AbortSignal): Promise<Admission> => {
      const caller = find(id)
      if (caller.used >= perMinute) {
        return { ok: false, reason: 'rate', retryAfter: toSeconds(caller), headers: toHeaders(caller) }
      }
      caller.used += 1
      if (!(await takePlace(caller, signal)))
        return { ok: false, reason: 'busy', retryAfter: Math.ceil(waitMs / 1000), headers: toHeaders(caller) }
      let isReleased = false
      return {
        ok: true,
        headers: toHeaders(caller),
        release: () => {
          if (isReleased) return
          isReleased = true
          release(caller)
        },
      }
    },
  }
}

export type Limits = ReturnType<typeof createLimits>

/** Failed logins by address: so many in a minute are told what is wrong, more only that they are too many. */
export function createFailureLimit(most: number, now: () => number = () => performance.now()) {
  const failures = new Map<string, { startedAt: number; count: number }>()
  return {
    /** Counts a failure; gives the seconds to wait once there are too many. */
    count: (address: string): number | undefined => {
      if (failures.size > 10_000)
        for (const [key, { startedAt }] of failures) if (now() - startedAt > minuteMs) failures.delete(key)
      // Whoever has more addresses than this is not stopped by counting them.
      if (failures.size > 20_000) failures.clear()
      const known = failures.get(address)
      const current = known && now() - known.startedAt < minuteMs ? known : { startedAt: now(), count: 0 }
      current.count += 1
      failures.set(address, current)
      return current.count > most ? Math.ceil((current.startedAt + minuteMs - now()) / 1000) : undefined
    },
  }
}

export type FailureLimit = ReturnType<typeof createFailureLimit>
