import { serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import type { Runtime } from '../runtime.ts'
import { createServer } from './create-server.ts'

/** Serves MCP on standard input and output until the client closes them or the process is told to stop. */
export async function serveStdio(runtime: Runtime): Promise<void> {
  const handle = serve(() => createServer(runtime), {
    onerror: (error) => runtime.log.warn(`protocol: ${error.message}`),
  })
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await handle.close()
  await runtime.close()
}
