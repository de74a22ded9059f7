import type { IncomingMessage } from 'node:http'
import { endpointPath, metadataPath, refuseRegistration, toMetadata } from './challenge.ts'
import { countRefusal } from './count-refusal.ts'
import { checkHead } from './guard.ts'
import { answerAlive, answerReady } from './health.ts'
import { answerHome } from './home.ts'
import { codes, refuse } from './json-rpc.ts'
import { type Answer, answerMcp } from './mcp-call.ts'
import { answerMetrics } from './metrics.ts'
import { toOrigin } from './origin.ts'
import type { Site } from './site.ts'
import { answerToken } from './token-endpoint.ts'

type Handler = (req: IncomingMessage, site: Site) => Promise<Response> | Response

/** Path → method → what answers. */
const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/': { GET: answerHome },
  '/healthz': { GET: answerAlive },
  '/readyz': { GET: (_, site) => answerReady(site) },
  '/metrics': { GET: answerMetrics },
  '/token': { POST: answerToken },
  '/register': { POST: refuseRegistration },
  '/.well-known/jwks.json': { GET: (_, site) => Response.json(site.auth.jwks()) },
  [metadataPath]: { GET: (req, site) => toMetadata(toOrigin(req, site)) },
  [`${metadataPath}${endpointPath}`]: { GET: (req, site) => toMetadata(toOrigin(req, site)) },
}

const toNotFound = () =>
  refuse({ status: 404, code: codes.refused, message: `There is nothing here. MCP is at ${endpointPath}.` })

const toNotAllowed = (methods: readonly string[]) =>
  refuse({
    status: 405,
    code: codes.refused,
    message: `This address takes ${methods.join(' and ')}.`,
    headers: { Allow: methods.join(', ') },
  })

const toStopping = (seconds: number) =>
  refuse({
    status: 503,
    code: codes.refused,
    message: `The server is stopping. Call again in ${seconds} seconds.`,
    headers: { 'Retry-After': String(seconds), Connection: 'close' },
  })

/** A target without the scheme and the host of this server, as a proxy is asked and any server has to understand (RFC 9112, 3.2.2). */
const toTarget = (target: string, host = ''): string =>
  target.startsWith(`http://${host}/`) ? target.slice(`http://${host}`.length) : target

/** Any request, from its head on. */
export async function answer(req: IncomingMessage, signal: AbortSignal, site: Site): Promise<Answer> {
  const refused = checkHead(req, site)
  if (refused) {
    countRefusal(site, req, 'head')
    return { response: refused }
  }
  // The target as it was sent: a URL parser would take //host/path for a path, and resolve dots.
  const [path = '/'] = toTarget(req.url ?? '/', req.headers.host).split('?', 1)
  const seconds = site.stopping()
  if (seconds !== undefined && path !== '/healthz' && path !== '/readyz')
    return { response: toStopping(seconds) }
  if (path === endpointPath) return answerMcp(req, signal, site)
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (!methods) {
    countRefusal(site, req, 'path')
    return { response: toNotFound() }
  }
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? '')
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (handler) return { response: await handler(req, site) }
  countRefusal(site, req, 'method')
  return { response: toNotAllowed(Object.keys(methods)) }
}
