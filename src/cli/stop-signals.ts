const signals = ['SIGINT', 'SIGTERM'] as const

/** A terminal's Ctrl-C reaches npm and this process, and npm sends it on: what comes at once is the same signal. */
const sameSignalMs = 1_000

/**
 * Resolves at the first signal that ends a server. It goes on listening, since an unheard second one would kill the process in
 * the middle of its stop: who sends another a second later will not wait, and `hurry` is called.
 */
export function waitForStop(hurry: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let toldAt: number | undefined
  const onSignal = () => {
    if (toldAt === undefined) {
      toldAt = performance.now()
      resolve()
    } else if (performance.now() - toldAt > sameSignalMs) hurry()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return promise
}
