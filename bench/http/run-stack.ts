/**
 * Parquetry's HTTP stack as `serve` sets it up, keys, limits, counters and log lines included, around the empty tool in
 * place of its own; that tells of no call, so the stack does. Argument: a folder with keys. Prints its address.
 */
import { join } from 'node:path'
import { openAuth } from '../../src/auth/open-auth.ts'
import { parseConfig } from '../../src/config/config.ts'
import { parseServeConfig } from '../../src/config/serve-config.ts'
import { createLog } from '../../src/core/log.ts'
import { openGroups } from '../../src/groups.ts'
import { openSite } from '../../src/server/http/open-site.ts'
import { createHttpServer } from '../../src/server/http/serve-http.ts'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { createEmptyServer, smallest } from './empty-server.ts'

const [data = ''] = process.argv.slice(2)
const config = parseConfig({ data }, process.env)
const log = createLog(config.logLevel)
const telemetry = openTelemetry({
  writeLine: (line) => process.stderr.write(`${line}\n`),
  environment: process.env,
})

const site = openSite({
  config,
  serve: parseServeConfig({ port: '0' }, process.env),
  groups: openGroups(config),
  auth: openAuth({ path: join(config.dataDir, 'keys.sqlite'), issuer: 'parquetry' }),
  telemetry,
  log,
  stopping: () => undefined,
  fixture: { build: () => createEmptyServer(smallest) },
})
const { server } = createHttpServer(site, log)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`http://127.0.0.1:${port}/v1/mcp\n`)
})
