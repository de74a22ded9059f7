import { scopes } from '../../auth/principal.ts'
import { codes, refuse } from './json-rpc.ts'

export const endpointPath = '/v1/mcp'
export const metadataPath = '/.well-known/oauth-protected-resource'

/** The document of RFC 9728 that says where a client gets credentials for this server. `origin` is how clients call it. */
export const toMetadata = (origin: string): Response =>
  Response.json(
    {
      resource: `${origin}${endpointPath}`,
      authorization_servers: [origin],
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
      resource_name: 'Parquetry',
      resource_documentation: `${origin}/`,
    },
    { headers: { 'Access-Control-Allow-Origin': '*' } },
  )

const quote = (text: string) => `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '')}"`

const toChallenge = (origin: string, fields: Readonly<Record<string, string>>) =>
  `Bearer ${Object.entries({ ...fields, resource_metadata: `${origin}${metadataPath}${endpointPath}` })
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(', ')}`

/** 401: no credential, or one that is not valid; `message` says which. */
export function challenge(
  origin: string,
  { reason, message }: Readonly<{ reason: string; message: string }>,
): Response {
  const fault = reason === 'missing' ? {} : { error: 'invalid_token', error_description: message }
  return refuse({
    status: 401,
    code: codes.unauthorized,
    message,
    headers: { 'WWW-Authenticate': toChallenge(origin, { ...fault, scope: scopes.join(' ') }) },
  })
}

/** 403: the credential is valid, but not for this. */
export function refuseScope(origin: string, scope: string, id: string | number | null): Response {
  const message = `This key has no scope ${scope}. Ask its owner for one created with --scopes ${scope}.`
  const fields = { error: 'insufficient_scope', error_description: message, scope }
  return refuse({
    status: 403,
    code: codes.refused,
    message,
    id,
    headers: { 'WWW-Authenticate': toChallenge(origin, fields) },
  })
}

/** Clients that get a 401 try to register themselves; the answer is what their user sees. */
export const refuseRegistration = (): Response =>
  Response.json(
    {
      error: 'access_denied',
      error_description:
        'This server has no sign-in. The API key is missing, wrong, revoked or expired: set the header Authorization: Bearer pq_... with a key made by parquetry keys create.',
    },
    { status: 403 },
  )
