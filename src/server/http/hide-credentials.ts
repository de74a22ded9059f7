/** A whole key. */
const key = /pq_[\w-]{43}/g

const hide = (text: string, own: string | undefined): string => {
  const hidden = text.replaceAll(key, 'pq_***')
  return own ? hidden.replaceAll(own, '***') : hidden
}

/** A credential of less would be a part of any text. */
const leastLength = 20

/** Within a chunk of a stream: the protocol library sends each message as one. */
const toHider = (own: string | undefined) => {
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()]
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => controller.enqueue(encoder.encode(hide(decoder.decode(chunk), own))),
  })
}

/** An answer, with its body as text where that was read. */
export type ReadResponse = Readonly<{ response: Response; text?: string }>

/**
 * An answer without keys, and without the credential that the request came with: errors quote what a caller sent, and some
 * callers send their key as an argument.
 */
export async function hideCredentials(
  response: Response,
  authorization: string | undefined,
): Promise<ReadResponse> {
  const said = authorization?.split(' ').at(-1)
  const own = said && said.length >= leastLength ? said : undefined
  const { status, headers } = response
  if (!response.body) return { response }
  if (headers.get('content-type')?.startsWith('text/event-stream'))
    return { response: new Response(response.body.pipeThrough(toHider(own)), { status, headers }) }
  return { response, text: hide(await response.text(), own) }
}
