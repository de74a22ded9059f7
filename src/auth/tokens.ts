import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { toDigest } from './api-key.ts'
import type { KeyStore } from './key-store.ts'
import { type Scope, toScopes } from './principal.ts'
import { type Refusal, refuse } from './refusals.ts'
import { toPublicJwk } from './signing-key.ts'

/** How long a token is good, in seconds. */
const lifetime = 600

/** What a token says, once its signature, times, issuer and audience are found good. */
export type Claims = Readonly<{ ok: true; keyId: string; scopes: readonly Scope[]; expires: number }>

/** Who a token is for; `expires` is when the key ends, in ms since the epoch. */
export type Grant = Readonly<{
  keyId: string
  group: string
  scopes: readonly Scope[]
  expires: number | undefined
}>

/** JWT access tokens of RFC 9068, signed by ES256 with the key of a store. */
export type Tokens = Readonly<{
  /** A token for 10 minutes, or until the key ends; `lifetime` in seconds. */
  issue(grant: Grant): Promise<Readonly<{ token: string; lifetime: number }>>
  verify(token: string): Promise<Claims | Refusal>
}>

/** Of so many tokens it is remembered that they are good; of more, of the latest. */
const mostKnown = 4096

const expired = refuse('expired', 'The token has expired: get a new one from /token.')

/** jose's error code → the refusal; all others are of tokens that somebody else made. */
const refusals: Readonly<Record<string, Refusal>> = {
  ERR_JWT_EXPIRED: expired,
  ERR_JWT_CLAIM_VALIDATION_FAILED: refuse('unknown', 'The token is for another server or address.'),
  ERR_JWT_INVALID: refuse('malformed', 'The token is not a JWT.'),
  ERR_JWS_INVALID: refuse('malformed', 'The token is not a JWT.'),
}
const foreign = refuse('unknown', 'This server did not issue the token.')

const toRefusal = (error: unknown): Refusal => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('ERR_J')) throw error
  return refusals[code] ?? foreign
}

const toClaims = ({ sub = '', scope, exp = 0 }: JWTPayload): Claims => ({
  ok: true,
  keyId: sub,
  scopes: toScopes(String(scope).split(' ')),
  expires: exp * 1_000,
})

/** Tokens of an issuer, who is their audience as well. `now` gives ms since the epoch. jose is loaded at the first use. */
export function createTokens(store: KeyStore, issuer: string, now: () => number): Tokens {
  const known = new Map<string, Claims>()

  const remember = (digest: string, claims: Claims) => {
    const [oldest] = known.keys()
    if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest)
    known.set(digest, claims)
  }

  const verifyNew = async (token: string): Promise<Claims | Refusal> => {
    const signing = store.findSigningKey()
    if (!signing) return foreign
    const { createLocalJWKSet, jwtVerify } = await import('jose')
    return jwtVerify(token, createLocalJWKSet({ keys: [toPublicJwk(signing)] }), {
      issuer,
      audience: issuer,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'exp', 'scope'],
      currentDate: new Date(now()),
    }).then(({ payload }) => toClaims(payload), toRefusal)
  }

  return {
    issue: async ({ keyId, group, scopes, expires = Number.POSITIVE_INFINITY }) => {
      const { kid, jwk } = store.getSigningKey(now())
      const issued = Math.floor(now() / 1_000)
      const end = Math.min(issued + lifetime, Math.floor(expires / 1_000))
      const { SignJWT } = await import('jose')
      const token = await new SignJWT({ group, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(keyId)
        .setJti(randomUUID())
        .setIssuedAt(issued)
        .setExpirationTime(end)
        .sign({ ...jwk })
      return { token, lifetime: end - issued }
    },
    verify: async (token) => {
      const digest = toDigest(token)
      const seen = known.get(digest)
      if (seen && seen.expires > now()) return seen
      if (seen) {
        known.delete(digest)
        return expired
      }
      const verified = await verifyNew(token)
      if (verified.ok) remember(digest, verified)
      return verified
    },
  }
}
