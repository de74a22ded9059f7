import { isApiKey, looksLikeKey } from './api-key.ts'

/** What an Authorization header brings, by its form alone. */
export type Credential = Readonly<
  | { kind: 'key'; key: string }
  | { kind: 'token'; token: string }
  | { kind: 'missing' }
  | { kind: 'malformed'; message: string }
>

/** No token of ours is longer; nothing longer is looked at. */
const longest = 4096

const malformed = (message: string): Credential => ({ kind: 'malformed', message })

const tokenForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/** What a credential is by its form alone; never `missing`. No message quotes it. */
export function toCredential(text: string): Credential {
  if (text.length > longest) return malformed('The credential is too long for an API key or a token.')
  if (isApiKey(text)) return { kind: 'key', key: text }
  if (text.includes('${') || text.includes('$(') || /^\$\w+$/.test(text)) {
    return malformed(
      'The client sent the name of a variable in place of an API key: set the variable for it.',
    )
  }
  if (looksLikeKey(text)) return malformed('The API key is incomplete: a key is pq_ and 43 characters.')
  if (tokenForm.test(text)) return { kind: 'token', token: text }
  return malformed('The credential is neither an API key, which begins with pq_, nor a token of this server.')
}

/** What the value of an Authorization header brings. No message quotes it. */
export function toBearerCredential(authorization: string | undefined): Credential {
  const header = authorization?.trim() ?? ''
  if (header === '') return { kind: 'missing' }
  const [, text] = /^bearer +(\S.*)$/i.exec(header) ?? []
  if (text !== undefined) return toCredential(text)
  return malformed('The Authorization header must be the word Bearer, a space and the API key.')
}

/** RFC 6749, appendix B; undefined for what isn't encoded so. */
function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/**
 * The secret of a Basic header (RFC 6749, 2.3.1): the password, or the user name where that is all there is.
 * Undefined for any other header.
 */
export function findBasicSecret(authorization: string): string | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/_-]+=*)$/i.exec(authorization.trim()) ?? []
  if (encoded === undefined || encoded.length > longest) return undefined
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  return decodeForm(rest.join(':') || user)
}
