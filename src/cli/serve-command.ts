import { once } from 'node:events'
import { toKeysPath } from '../auth/key-store.ts'
import { openAuth } from '../auth/open-auth.ts'
import { defaultGroup } from '../auth/principal.ts'
import type { ServeConfig } from '../config/serve-config.ts'
import { toCommand } from '../core/command.ts'
import { AppError } from '../core/errors.ts'
import { createLog } from '../core/log.ts'
import { openGroups } from '../groups.ts'
import { isLoopbackHost, openSite } from '../server/http/open-site.ts'
import { createHttpServer } from '../server/http/serve-http.ts'
import { openTelemetry } from '../telemetry/open-telemetry.ts'
import { isNewLake, prepareData } from './prepare-data.ts'
import type { CommandContext } from './run-command-line.ts'
import { waitForStop } from './stop-signals.ts'

/** Seconds that a stopping server gives to requests under way. */
const graceSeconds = 30

/** Throws `invalid_argument` where others could reach a server that asks for no key. */
function checkExposure({ host, publicUrl }: ServeConfig, hasKeys: boolean): void {
  if (hasKeys || (isLoopbackHost(host) && !publicUrl)) return
  throw new AppError({
    code: 'invalid_argument',
    message: 'Others could reach this server, and there is no key that they would need.',
    path: publicUrl ? 'public-url' : 'host',
    actual: publicUrl?.origin ?? host,
    next: `Make a key first: ${toCommand('keys create --name NAME')}. Or serve on this machine alone: leave --host and --public-url out.`,
  })
}

/** The error of an address that can't be listened on. */
function toListenError(error: NodeJS.ErrnoException, { host, port }: ServeConfig): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses it',
    EADDRNOTAVAIL: 'this machine has no such address',
    EACCES: 'permission denied',
    ENOTFOUND: 'there is no such host',
  }
  const reason = reasons[error.code ?? '']
  if (!reason) return error
  return new AppError(
    {
      code: 'invalid_argument',
      message: `Cannot listen on ${host} port ${port}: ${reason}.`,
      path: 'port',
      actual: port,
      next: 'Choose another with --port or --host.',
    },
    { cause: error },
  )
}

/** Serves MCP over HTTP until the process is told to stop. */
export async function serveCommand(context: CommandContext, serve: ServeConfig): Promise<number> {
  const { config, terminal } = context
  const auth = openAuth({
    path: toKeysPath(config.dataDir),
    issuer: serve.publicUrl?.origin ?? 'parquetry',
  })
  const log = createLog(config.logLevel)
  const groups = openGroups(config)
  const telemetry = openTelemetry({
    writeLine: (line) => process.stderr.write(`${line}\n`),
    logArguments: serve.logArguments,
    warn: log.warn,
    environment: process.env,
  })
  let stopAt: number | undefined
  const stopping = () =>
    stopAt === undefined ? undefined : Math.max(Math.ceil((stopAt - performance.now()) / 1000), 1)
  try {
    checkExposure(serve, auth.hasKeys())
    const isNew = !auth.hadKeys() && (await isNewLake(config.lakeDir))
    await prepareData(context, isNew, (error) => {
      log.error(`import failed: ${error instanceof Error ? error.stack : error}`)
      const reason = error instanceof AppError ? error.details.message : 'See the log.'
      terminal.line(
        `Lake:    could not be brought up to date: ${reason} It is tried again with each question.`,
      )
    })
    const site = openSite({ config, serve, groups, auth, telemetry, log, stopping })
    groups.get(defaultGroup)
    const { server, idle } = createHttpServer(site, log)
    server.listen(serve.port, serve.host)
    await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
      throw toListenError(error, serve)
    })
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : serve.port
    const origin =
      serve.publicUrl?.origin ?? `http://${serve.host.includes(':') ? `[${serve.host}]` : serve.host}:${port}`
    terminal.line(`\nParquetry serves MCP at ${terminal.bold(`${origin}/v1/mcp`)}`)
    terminal.line(`State and how to connect each client: ${origin}/`)
    terminal.line(
      site.isOpen()
        ? `No key is needed on this machine. To serve others: ${toCommand('keys create --name NAME')}`
        : 'Each call needs a key: Authorization: Bearer pq_...',
    )
    await waitForStop(() => server.closeAllConnections())
    stopAt = performance.now() + graceSeconds * 1000
    terminal.line('Stopping: calls under way end, new ones are told to come back.')
    const timer = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
    await idle()
    clearTimeout(timer)
    await site.endpoint.close()
    server.close()
    server.closeAllConnections()
    return 0
  } finally {
    await groups.close()
    await telemetry.close()
    auth.close()
  }
}
