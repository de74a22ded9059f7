import {
  type AuthInfo,
  createMcpHandler,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  isLegacyRequest,
  type McpRequestContext,
  type McpServer,
  PerRequestHTTPServerTransport,
  SdkError,
  SdkErrorCode,
  type ServerNotifier,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import { codes, idOf, refuse } from './json-rpc.ts'

export type BuildServer = (context: McpRequestContext) => McpServer
export type ServeMessage = (request: Request, message: unknown, authInfo?: AuthInfo) => Promise<Response>
export type McpEndpoint = Readonly<{ serve: ServeMessage; notify: ServerNotifier; close(): Promise<void> }>

/** A client that went away; nobody reads this answer. The number is nginx's. */
const gone = () => new Response(null, { status: 499 })

/** Both eras say an unknown method differently: 2026-07-28 wants 404, older clients take 404 for a lost session. */
const asLegacy = (response: Response) =>
  response.status === 200 || response.status === 202
    ? response
    : new Response(response.body, { status: 200, headers: response.headers })

/** One message of 2025-11-25 or older: a server of its own, no session, JSON unless it has progress to tell. */
export function statelessLegacy(build: BuildServer): ServeMessage {
  return async (request, message, authInfo) => {
    const id = idOf(message)
    if (isJSONRPCResponse(message)) return new Response(null, { status: 202 })
    if (!isJSONRPCRequest(message) && !isJSONRPCNotification(message))
      return refuse({
        status: 400,
        code: codes.invalidRequest,
        message: 'Not one JSON-RPC message. Batches are not accepted.',
      })
    const version = request.headers.get('mcp-protocol-version')
    if (message.method !== 'initialize' && version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
      return refuse({
        status: 400,
        code: codes.refused,
        message: `Unsupported protocol version ${version}; supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
        id,
      })
    const auth = authInfo === undefined ? {} : { authInfo }
    const server = build({ era: 'legacy', requestInfo: request, ...auth })
    const transport = new PerRequestHTTPServerTransport({ classification: { era: 'legacy' } })
    await server.connect(transport)
    const response = await transport.handleMessage(message, { request, ...auth })
    if (isJSONRPCNotification(message)) void server.close()
    return asLegacy(response)
  }
}

export type EndpointOptions = Readonly<{
  legacy?: ServeMessage
  onerror?: (error: Error) => void
  maxSubscriptions?: number
}>

/** The MCP endpoint of both protocol eras: one parsed JSON-RPC message in, one `Response` out. */
export function createMcpEndpoint(build: BuildServer, options: EndpointOptions = {}): McpEndpoint {
  const { legacy = statelessLegacy(build), ...handlerOptions } = options
  const modern = createMcpHandler(build, { legacy: 'reject', ...handlerOptions })
  return {
    async serve(request, message, authInfo) {
      try {
        if (await isLegacyRequest(request, message)) return await legacy(request, message, authInfo)
        return await modern.fetch(request, {
          parsedBody: message,
          ...(authInfo === undefined ? {} : { authInfo }),
        })
      } catch (error) {
        if (error instanceof SdkError && error.code === SdkErrorCode.ConnectionClosed) return gone()
        options.onerror?.(error instanceof Error ? error : new Error(String(error)))
        return refuse({ status: 500, code: codes.internal, message: 'Internal error.', id: idOf(message) })
      }
    },
    notify: modern.notify,
    close: () => modern.close(),
  }
}
