import { openRuntime } from '../runtime.ts'
import { serveStdio } from '../server/serve-stdio.ts'
import { findEndpoints } from '../telemetry/find-endpoints.ts'
import type { CommandContext } from './run-command-line.ts'

/** Serves MCP on standard input and output until the client leaves. Writes nothing to standard output itself. */
export async function mcpCommand({ config }: CommandContext): Promise<number> {
  const runtime = openRuntime(config)
  const isTalkative = config.logLevel === 'info' || config.logLevel === 'debug'
  if (!isTalkative && !findEndpoints(process.env)) {
    await serveStdio(runtime)
    return 0
  }
  const { openTelemetry } = await import('../telemetry/open-telemetry.ts')
  const telemetry = openTelemetry({
    ...(isTalkative && { writeLine: (line) => process.stderr.write(`${line}\n`) }),
    isSession: true,
    warn: runtime.log.warn,
    environment: process.env,
  })
  await serveStdio(runtime, telemetry)
  return 0
}
