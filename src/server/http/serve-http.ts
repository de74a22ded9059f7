import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../../core/log.ts'
import { limitConnections } from './connection-limit.ts'
import { countRefusal } from './count-refusal.ts'
import { isTrustedPeer } from './guard.ts'
import { codes, refuse } from './json-rpc.ts'
import { goneSignal, sendResponse } from './node-web.ts'
import { answer } from './routes.ts'
import type { Site } from './site.ts'

const unreadable: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Time in ms to read why a connection ends; a client that never closes its side would keep it otherwise. */
const farewellMs = 1_000

/** The answer to what never becomes a request: what Node's parser refuses, for which its own answer would have no body. */
function sayLast(socket: Duplex, status: string): void {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    error: { code: codes.invalidRequest, message: status.slice(4) },
    id: null,
  })
  const head = ['Connection: close', 'Content-Type: application/json', `Content-Length: ${body.length}`]
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`)
  setTimeout(() => socket.destroy(), farewellMs).unref()
}

/** Headers, a whole request, and a client that reads nothing, in ms; Node looks at the first two every five seconds. */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
} as const
const stalledMs = 30_000

/** Connections at a time, of all and of one address; more are closed at once. */
const mostConnections = 2_000
const mostOfAddress = 500

export type HttpServer = Readonly<{
  server: Server
  /** Resolves once no request is being answered. */
  idle(): Promise<void>
}>

/** The HTTP server, not yet listening. */
export function createHttpServer(site: Site, log: Log): HttpServer {
  let running = 0
  let onIdle: (() => void)[] = []
  const answers = new WeakMap<Duplex, ServerResponse>()
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    running += 1
    let release: (() => void) | undefined
    const gone = goneSignal(res)
    answers.set(req.socket, res)
    try {
      const answered = await answer(req, gone, site)
      release = answered.release
      await sendResponse(res, answered, stalledMs)
    } catch (error) {
      // A body that breaks off is no fault of ours, and nobody waits for the answer.
      if (gone.aborted) return
      log.error(`http: ${error instanceof Error ? error.stack : error}`)
      if (res.headersSent || res.destroyed) res.destroy()
      else
        await sendResponse(res, {
          response: refuse({ status: 500, code: codes.internal, message: 'Internal error.' }),
        })
    } finally {
      release?.()
      if (answers.get(req.socket) === res) answers.delete(req.socket)
      running -= 1
      if (running === 0) for (const resolve of onIdle.splice(0)) resolve()
    }
  }
  const server = createServer({ ...timeouts, requireHostHeader: false })
  server.maxConnections = mostConnections
  limitConnections(server, mostOfAddress, (address) => isTrustedPeer(address, site))
  const onRequest = (req: IncomingMessage, res: ServerResponse) => {
    handle(req, res).catch((error: unknown) => log.error(`http: ${error}`))
  }
  for (const event of ['request', 'checkExpectation']) server.on(event, onRequest)
  // Whatever it wants to be connected to, this is no proxy. Without a listener Node says nothing.
  server.on('connect', (req, socket) => {
    countRefusal(site, req, 'method')
    sayLast(socket, '405 Method Not Allowed')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Into an answer that has begun no other may be written.
    if (answers.get(socket)?.headersSent || !socket.writable) return void socket.destroy()
    if (socket instanceof Socket) countRefusal(site, { headers: {}, socket }, 'unreadable')
    sayLast(socket, unreadable[error.code ?? ''] ?? '400 Bad Request')
  })
  return {
    server,
    idle: () => {
      if (running === 0) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      onIdle = [...onIdle, resolve]
      return promise
    },
  }
}
