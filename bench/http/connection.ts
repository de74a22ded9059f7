import { once } from 'node:events'
import { connect } from 'node:net'

/** A connection that sends one request after another. As little as can be, so that the client is not what is measured. */
export type Connection = Readonly<{
  /** Sends a request, and gives the body of its answer. Throws for any status but 200. */
  ask(request: Buffer): Promise<Buffer>
  close(): void
}>

const headEnd = '\r\n\r\n'

/** The length of an answer with its head, once the head is there. Throws where it can't be told, or the status is not 200. */
function findLength(received: Buffer): Readonly<{ head: number; total: number }> | undefined {
  const end = received.indexOf(headEnd)
  if (end < 0) return undefined
  const head = received.toString('latin1', 0, end)
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? []
  if (!head.startsWith('HTTP/1.1 200') || length === undefined)
    throw new Error(`not answered: ${received.toString('utf8').slice(0, 500)}`)
  return { head: end + headEnd.length, total: end + headEnd.length + Number(length) }
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let waiting: PromiseWithResolvers<Buffer> | undefined
  let chunks: Buffer[] = []
  let size = 0
  let expected: ReturnType<typeof findLength>
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  const take = (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    expected ??= findLength(chunks.length === 1 ? chunk : Buffer.concat(chunks))
    if (!expected || size < expected.total) return
    const body = Buffer.concat(chunks).subarray(expected.head)
    const done = waiting
    waiting = undefined
    chunks = []
    size = 0
    expected = undefined
    done?.resolve(body)
  }
  socket.on('data', (chunk) => {
    try {
      take(chunk)
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
      socket.destroy()
    }
  })
  return {
    ask: (request) => {
      waiting = Promise.withResolvers<Buffer>()
      socket.write(request)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}
