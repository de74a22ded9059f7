import { findBasicSecret } from './credential.ts'
import type { KeyRecord } from './key-record.ts'
import type { RefusalReason, TokenAnswer } from './open-auth.ts'
import { listStrangers, type Scope, scopes, toScopes } from './principal.ts'
import type { Refusal } from './refusals.ts'
import type { Tokens } from './tokens.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const accessToken = tokenType('access_token')
const jwt = tokenType('jwt')

/** A request that is in order: the key that was sent, and the type that is answered for an exchange. */
type TokenRequest = Readonly<{
  key: string
  wrongKey: 'invalid_client' | 'invalid_request'
  issuedType?: string
}>

/** A key that was found good, and who makes tokens for it. */
export type GoodKey = Readonly<{ ok: true; record: KeyRecord; tokens: Tokens }>

/** The error codes of RFC 6749, 5.2. */
type OAuthError = 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope'

const refuse = (error: OAuthError, description: string, refusal?: RefusalReason): TokenAnswer => ({
  status: error === 'invalid_client' ? 401 : 400,
  body: { error, error_description: description },
  ...(refusal && { refusal }),
})

const isAnswer = (value: object): value is TokenAnswer => 'status' in value

function readClientSecret(
  form: URLSearchParams,
  authorization: string | undefined,
): TokenRequest | TokenAnswer {
  const posted = form.get('client_secret')
  if (authorization !== undefined && posted !== null) {
    return refuse(
      'invalid_request',
      'Send the API key once: as client_secret, or in the Authorization header.',
    )
  }
  if (posted !== null) return { key: posted, wrongKey: 'invalid_client' }
  if (authorization === undefined) {
    return refuse('invalid_client', 'An API key is needed: send it as client_secret.', 'missing')
  }
  const key = findBasicSecret(authorization)
  if (key !== undefined) return { key, wrongKey: 'invalid_client' }
  const message =
    'The Authorization header is not Basic with the API key as the password: send it as client_secret.'
  return refuse('invalid_client', message, 'malformed')
}

function readSubjectToken(form: URLSearchParams): TokenRequest | TokenAnswer {
  const type = form.get('subject_token_type')
  const issuedType = form.get('requested_token_type') ?? accessToken
  const key = form.get('subject_token')
  if (key === null) return refuse('invalid_request', 'subject_token is missing: it is the API key.')
  if (type === jwt) {
    return refuse(
      'invalid_request',
      'Tokens cannot be exchanged for tokens: subject_token must be the API key.',
    )
  }
  if (type !== accessToken) return refuse('invalid_request', `subject_token_type must be ${accessToken}.`)
  if (form.has('actor_token')) return refuse('invalid_request', 'actor_token is not supported.')
  if (issuedType !== accessToken && issuedType !== jwt) {
    return refuse('invalid_request', `requested_token_type must be ${accessToken}.`)
  }
  return { key, wrongKey: 'invalid_request', issuedType }
}

function readRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest | TokenAnswer {
  const repeated = [...new Set(form.keys())].some((name) => form.getAll(name).length > 1)
  if (repeated) return refuse('invalid_request', 'A parameter is there more than once.')
  const grant = form.get('grant_type')
  if (grant === 'client_credentials') return readClientSecret(form, authorization)
  if (grant === exchange) return readSubjectToken(form)
  return grant === null
    ? refuse('invalid_request', 'grant_type is missing: send client_credentials.')
    : refuse('unsupported_grant_type', `grant_type must be client_credentials or ${exchange}.`)
}

/** The scopes that are asked for, or all that the key has. */
function readScopes(form: URLSearchParams, { scopes: held }: KeyRecord): readonly Scope[] | TokenAnswer {
  const words = (form.get('scope') ?? '').split(' ').filter((word) => word !== '')
  if (words.length === 0) return held
  if (listStrangers(words).length > 0) return refuse('invalid_scope', `The scopes are: ${scopes.join(', ')}.`)
  const wanted = toScopes(words)
  if (wanted.every((scope) => held.includes(scope))) return wanted
  return refuse('invalid_scope', `The API key has these scopes only: ${held.join(', ')}.`)
}

/** Answers one request to a token endpoint (RFC 6749, 4.4; RFC 8693). `client_id`, `audience` and `resource` change nothing. */
export async function issueToken(
  form: URLSearchParams,
  authorization: string | undefined,
  checkKey: (key: string) => GoodKey | Refusal,
): Promise<TokenAnswer> {
  const request = readRequest(form, authorization)
  if (isAnswer(request)) return request
  const checked = checkKey(request.key)
  if (!checked.ok) return refuse(request.wrongKey, checked.message, checked.reason)
  const granted = readScopes(form, checked.record)
  if (isAnswer(granted)) return granted
  const { id, name, group, expires } = checked.record
  const { token, lifetime } = await checked.tokens.issue({ keyId: id, group, scopes: granted, expires })
  const body = { access_token: token, token_type: 'Bearer', expires_in: lifetime, scope: granted.join(' ') }
  const { issuedType } = request
  return {
    status: 200,
    key: { id, name },
    body: { ...body, ...(issuedType && { issued_token_type: issuedType }) },
  }
}
