/**
 * The server that others are compared with: the protocol library's own handler, with no more around it than Node needs.
 * It asks for no key, has no limits, keeps no log. Prints its address.
 */
import { createServer } from 'node:http'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createEmptyServer, readSizes, smallest } from './empty-server.ts'

const handler = createMcpHandler(({ requestInfo }) =>
  createEmptyServer(requestInfo ? readSizes(requestInfo.url) : smallest),
)

const server = createServer(async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const response = await handler.fetch(
    new Request(`http://127.0.0.1${req.url}`, {
      method: 'POST',
      headers: Object.entries(req.headers).map(([name, value]): [string, string] => [name, String(value)]),
      body: Buffer.concat(chunks),
    }),
  )
  res.statusCode = response.status
  res.setHeaders(response.headers)
  res.end(Buffer.from(await response.arrayBuffer()))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`http://127.0.0.1:${port}/v1/mcp\n`)
})
