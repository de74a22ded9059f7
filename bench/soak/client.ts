import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { type Era, type Message, toMessage } from '../http/messages.ts'

const answerSchema = z.object({
  result: z
    .looseObject({
      isError: z.boolean().optional(),
      structuredContent: z.record(z.string(), z.unknown()).optional(),
      content: z.array(z.looseObject({ text: z.string().optional() })).optional(),
    })
    .optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})

export type Reply = z.infer<typeof answerSchema> &
  Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>

type Params = Readonly<Record<string, unknown>>

/** A client over HTTP that speaks both eras by turns and can behave badly. */
export type Client = Readonly<{
  /** Sends a request by a key or token; both eras take turns unless one is named. */
  ask(key: string, method: string, params?: Params, era?: Era): Promise<Reply>
  call(key: string, tool: string, args: Params): Promise<Reply>
  /** Sends a request, or only half of it, and breaks the connection after so many ms. */
  vanish(key: string, tool: string, args: Params, afterMs: number, isHalf: boolean): Promise<void>
  /** A token for a key. */
  fetchToken(key: string): Promise<string>
  /** Closes the connections that are kept. */
  rest(): void
}>

const tokenSchema = z.object({ access_token: z.string() })

export function createClient(port: number): Client {
  // A kept connection is given up before the server does it, or a request might meet its end.
  const createAgent = () => new Agent({ keepAlive: true, timeout: 60_000 })
  let agent = createAgent()
  let turn = 0

  const open = (key: string, { headers, body }: Message, path = '/v1/mcp', own: Agent | false = agent) =>
    request({
      port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      agent: own,
      headers: { ...headers, authorization: `Bearer ${key}`, 'content-length': Buffer.byteLength(body) },
    })

  const restedSince = new WeakMap<Socket, number>()
  /** An error with what the connection had seen before: one that has rested long may be closed by both sides at a time. */
  const tell = (error: Error, req: ClientRequest) => {
    const since = req.socket ? restedSince.get(req.socket) : undefined
    const rested =
      since === undefined ? 'a new connection' : `one that rested ${performance.now() - since} ms`
    return new Error(`${error.message}, over ${rested}`, { cause: error })
  }

  const send = async (key: string, message: Message): Promise<Reply> => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const req = open(key, message)
    req.once('error', (error) => reject(tell(error, req)))
    req.once('response', async (res) => {
      const { socket } = res
      const body = await text(res)
      restedSince.set(socket, performance.now())
      const answer = answerSchema.safeParse(JSON.parse(body))
      if (!answer.success) return reject(new Error(`status ${res.statusCode}: ${body.slice(0, 300)}`))
      resolve({ ...answer.data, status: res.statusCode ?? 0, headers: res.headers, body })
    })
    req.end(message.body)
    return promise
  }

  const nextEra = (): Era => (turn++ % 2 === 0 ? 'legacy' : 'modern')
  const ask: Client['ask'] = (key, method, params = {}, era = nextEra()) =>
    send(key, toMessage(era, method, params))

  return {
    ask,
    call: (key, name, args) => ask(key, 'tools/call', { name, arguments: args }),
    vanish: async (key, name, args, afterMs, isHalf) => {
      const message = toMessage(nextEra(), 'tools/call', { name, arguments: args })
      const req = open(key, message, '/v1/mcp', false)
      const gone = new Promise<void>((done) => req.once('close', done))
      req.on('error', () => {})
      req.on('response', (res) => res.on('error', () => {}).resume())
      if (isHalf) req.write(message.body.slice(0, message.body.length / 2))
      else req.end(message.body)
      setTimeout(() => req.destroy(), afterMs)
      await gone
    },
    fetchToken: async (key) => {
      const response = await fetch(`http://127.0.0.1:${port}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_secret: key }),
      })
      return tokenSchema.parse(await response.json()).access_token
    },
    rest: () => {
      agent.destroy()
      agent = createAgent()
    },
  }
}
