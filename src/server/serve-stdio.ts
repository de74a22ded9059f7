import { serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import type { Runtime } from '../runtime.ts'
import type { Telemetry } from '../telemetry/open-telemetry.ts'
import { createServer } from './create-server.ts'
import type { Observe } from './observe.ts'

/** The protocol library gives up a connection whose message is longer than its buffer. */
const isFatal = (error: Error) => /maximum size/.test(error.message)

/**
 * Serves MCP on standard input and output until the client closes either, sends what can't be read on from,
 * or the process is told to stop.
 */
export async function serveStdio(runtime: Runtime, telemetry?: Telemetry): Promise<void> {
  const left = Promise.withResolvers<void>()
  const leave = () => left.resolve()
  const observe: Observe | undefined =
    telemetry && ((call) => telemetry.begin({ ...call, transport: 'pipe' }))
  const handle = serve(() => createServer(runtime, observe && { observe }), {
    onerror: (error) => {
      runtime.log.warn(`protocol: ${error.message}`)
      if (isFatal(error)) leave()
    },
  })
  for (const event of ['end', 'close']) process.stdin.once(event, leave)
  for (const event of ['error', 'close']) process.stdout.once(event, leave)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, leave)
  await left.promise
  await handle.close()
  await Promise.all([runtime.close(), telemetry?.close()])
}
