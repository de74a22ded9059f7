import { generateKeyPairSync, hash } from 'node:crypto'

/** A private key on the curve P-256 in the form of RFC 7518, 6.2. */
export type EcJwk = Readonly<{ kty: 'EC'; crv: 'P-256'; x: string; y: string; d: string }>

/** What tokens are signed by, named by its thumbprint (RFC 7638). */
export type SigningKey = Readonly<{ kid: string; jwk: EcJwk }>

const toThumbprint = ({ crv, kty, x, y }: EcJwk) =>
  hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')

/** Makes a key for ES256. */
export function createSigningKey(): SigningKey {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  })
  const jwk: EcJwk = { kty: 'EC', crv: 'P-256', x, y, d }
  return { kid: toThumbprint(jwk), jwk }
}

/** The part of a key that anybody may see, as a JWKS lists it. */
export const toPublicJwk = ({ kid, jwk: { kty, crv, x, y } }: SigningKey) => ({
  kty,
  crv,
  x,
  y,
  kid,
  use: 'sig',
  alg: 'ES256',
})
