/** The media types of an Accept header, without those refused by `q=0`. */
const listTypes = (header: string | undefined): readonly string[] =>
  (header ?? '*/*').split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    return parameters.some((parameter) => /^q=0(\.0+)?$/.test(parameter)) ? [] : [type]
  })

/** What a client can read. One that names nothing, or anything, gets JSON, which a person can read too. */
export function readAccept(header: string | undefined): Readonly<{ json: boolean; stream: boolean }> {
  const types = listTypes(header)
  const has = (...wanted: string[]) => types.some((type) => wanted.includes(type))
  return { json: has('application/json', 'application/*', '*/*'), stream: has('text/event-stream', 'text/*') }
}

/** A message without its progress token: then a call has nothing to tell before its result, and its answer is plain JSON. */
export function withoutProgress(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('params' in message)) return message
  const { params } = message
  if (typeof params !== 'object' || params === null || !('_meta' in params)) return message
  const { _meta: meta } = params
  if (typeof meta !== 'object' || meta === null || !('progressToken' in meta)) return message
  const { progressToken: _, ...rest } = meta
  return { ...message, params: { ...params, _meta: rest } }
}
