/** The server that the conformance suite wants to meet, behind Parquetry's own HTTP stack. On loopback, for tests. */
import { BlockList } from 'node:net'
import { McpServer } from '@modelcontextprotocol/server'
import { openAuth } from '../../src/auth/open-auth.ts'
import { parseConfig } from '../../src/config/config.ts'
import { parseServeConfig } from '../../src/config/serve-config.ts'
import { createLog } from '../../src/core/log.ts'
import { openGroups } from '../../src/groups.ts'
import { type BuildServer, statelessLegacy } from '../../src/server/http/mcp-endpoint.ts'
import { openSite } from '../../src/server/http/open-site.ts'
import { createHttpServer } from '../../src/server/http/serve-http.ts'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'
import { addAnswers } from './fixture/answers.ts'
import { addQuestions, memory } from './fixture/questions.ts'
import { withSessions } from './fixture/sessions.ts'
import { addPrompts, addResources } from './fixture/texts.ts'

const changing = { listChanged: true }

const build: BuildServer = () => {
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        logging: {},
        tools: changing,
        prompts: changing,
        resources: { listChanged: true, subscribe: true },
        completions: {},
      },
      requestState: { verify: memory.verify },
    },
  )
  addAnswers(server, site.endpoint.notify)
  addQuestions(server)
  addPrompts(server)
  addResources(server)
  return server
}

const [data = ''] = process.argv.slice(2)
const config = parseConfig({ data }, {})
const log = createLog('warn')
const site = openSite({
  config,
  serve: { ...parseServeConfig({ port: '0' }, {}), proxies: new BlockList() },
  groups: openGroups(config),
  auth: openAuth({ path: `${data}/keys.sqlite`, issuer: 'fixture' }),
  telemetry: openTelemetry({ environment: {} }),
  log,
  stopping: () => undefined,
  fixture: { build, legacy: withSessions(build, statelessLegacy(build)) },
})
const { server } = createHttpServer(site, log)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`http://127.0.0.1:${port}/v1/mcp\n`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
