import { openRuntime } from '../runtime.ts'
import { serveStdio } from '../server/serve-stdio.ts'
import { openTelemetry } from '../telemetry/open-telemetry.ts'
import type { CommandContext } from './run-command-line.ts'

/** Serves MCP on standard input and output until the client leaves. Writes nothing to standard output itself. */
export async function mcpCommand({ config }: CommandContext): Promise<number> {
  const isTalkative = config.logLevel === 'info' || config.logLevel === 'debug'
  const runtime = openRuntime(config)
  const telemetry = openTelemetry({
    ...(isTalkative && { writeLine: (line) => process.stderr.write(`${line}\n`) }),
    warn: runtime.log.warn,
    environment: process.env,
  })
  await serveStdio(runtime, telemetry)
  return 0
}
