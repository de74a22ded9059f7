import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReadResponse } from './hide-credentials.ts'

export type Body = Readonly<{ kind: 'text'; text: string } | { kind: 'too-large' } | { kind: 'not-utf8' }>

/** The whole body, never more than `limit` bytes of it in memory. */
export async function readBody(req: IncomingMessage, limit: number): Promise<Body> {
  if (Number(req.headers['content-length'] ?? 0) > limit) return { kind: 'too-large' }
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not destroy the socket: the refusal still has to go out on it.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return { kind: 'too-large' }
    chunks.push(chunk)
  }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) }
  } catch {
    return { kind: 'not-utf8' }
  }
}

/** Head of the request as a web `Request`. It carries no body: that was read and parsed before, once. */
export function toRequest(req: IncomingMessage, url: string, signal: AbortSignal): Request {
  const headers = new Headers()
  for (let at = 0; at < req.rawHeaders.length; at += 2)
    headers.append(req.rawHeaders[at] ?? '', req.rawHeaders[at + 1] ?? '')
  return new Request(url, { method: req.method ?? 'GET', headers, signal })
}

/** Aborted when the client goes away before its answer is complete. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}

/** Whether the client has read what waits for it, within the limit. */
const readOn = (res: ServerResponse, event: 'drain' | 'finish', limit: number) =>
  new Promise<boolean>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      for (const name of [event, 'close']) res.off(name, done)
      resolve(!res.destroyed || res.writableFinished)
    }
    const timer = setTimeout(() => res.destroy(), limit)
    for (const name of [event, 'close']) res.once(name, done)
  })

/** Writes a piece and waits until there is room for the next; false where the client is gone or reads no more. */
const writeOn = async (res: ServerResponse, piece: Uint8Array, limit: number) =>
  !res.destroyed && (res.write(piece) || readOn(res, 'drain', limit))

/** Of a long answer so much is sent at a time, so that the limit is for one piece and not for all of it. */
const slice = 256 * 1024

/** Sends a web `Response`, or its head with `text`, no faster than the client reads it; one that stops reading loses its connection. */
export async function sendResponse(
  res: ServerResponse,
  { response, text }: ReadResponse,
  limit = 30_000,
): Promise<void> {
  const stream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (res.destroyed) return void (text === undefined && response.body?.cancel())
  res.statusCode = response.status
  res.setHeaders(response.headers)
  if (stream && response.body) {
    res.flushHeaders()
    for await (const chunk of response.body) if (!(await writeOn(res, chunk, limit))) return
    res.end()
  } else {
    const body = text === undefined ? Buffer.from(await response.arrayBuffer()) : Buffer.from(text)
    res.setHeader('Content-Length', body.length)
    let sent = 0
    for (; body.length - sent > slice; sent += slice)
      if (!(await writeOn(res, body.subarray(sent, sent + slice), limit))) return
    res.end(body.subarray(sent))
  }
  if (!res.writableFinished && !res.destroyed) await readOn(res, 'finish', limit)
}
