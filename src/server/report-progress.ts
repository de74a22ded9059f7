import type { ServerContext } from '@modelcontextprotocol/server'

const everyMs = 1_000

/**
 * Runs a call and, where its client asks for progress and it takes longer than a second, says each second that it goes on:
 * neither the client nor what stands between takes it for dead then.
 */
export async function reportProgress<T>({ mcpReq }: ServerContext, run: () => Promise<T>): Promise<T> {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return run()
  let progress = 0
  const timer = setInterval(() => {
    progress += 1
    const params = { progressToken, progress, message: `running for ${progress} s` }
    // A client that has gone needs no progress; the call itself is told by its signal.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }, everyMs)
  try {
    return await run()
  } finally {
    clearInterval(timer)
  }
}
