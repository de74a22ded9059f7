import { openRuntime } from '../runtime.ts'
import { serveStdio } from '../server/serve-stdio.ts'
import type { CommandContext } from './run-command-line.ts'

/** Serves MCP on standard input and output until the client leaves. Writes nothing to standard output itself. */
export async function mcpCommand({ config }: CommandContext): Promise<number> {
  await serveStdio(openRuntime(config))
  return 0
}
