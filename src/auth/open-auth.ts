import { toDigest } from './api-key.ts'
import { toBearerCredential, toCredential } from './credential.ts'
import { type GoodKey, issueToken } from './issue-token.ts'
import { type KeyRecord, toKeyState } from './key-record.ts'
import { createKeySessions } from './key-session.ts'
import type { KeyStore } from './key-store.ts'
import type { Principal, Scope } from './principal.ts'
import { findRefusal, missing, type Refusal, refuse, unknownKey } from './refusals.ts'
import { toPublicJwk } from './signing-key.ts'

export type RefusalReason = 'missing' | 'malformed' | 'unknown' | 'revoked' | 'expired'

/** Who calls, or why nobody: one sentence for the caller, fit for a header, that never holds the credential. */
export type Authentication = Readonly<
  { ok: true; principal: Principal } | { ok: false; reason: RefusalReason; message: string }
>

/**
 * An answer of a token endpoint: an HTTP status, and a body in the form of RFC 6749, 5.1 and 5.2. `refusal` says which
 * fault the credential had, where that is why; `key` whose token it is, for whoever counts.
 */
export type TokenAnswer = Readonly<{
  status: number
  key?: Readonly<{ id: string; name: string }>
  body: Readonly<Record<string, string | number>>
  refusal?: RefusalReason
}>

/**
 * Says who calls, by the keys of a data folder. What is changed there by other processes holds at the next call.
 * A key file that can't be used, or a closed `Auth`, makes all calls throw: an AppError `unreadable_file` or `busy`.
 */
export interface Auth {
  /** Whether any key is good now: not revoked, not expired. */
  hasKeys(): boolean
  /** Whether any key was ever made, be it void by now. A server on loopback is open as long as none was: it must not open again when the last is revoked. */
  hadKeys(): boolean
  /** By the value of an Authorization header: `Bearer pq_…` or `Bearer <JWT>`. */
  authenticate(authorization: string | undefined): Promise<Authentication>
  /**
   * A token for 10 minutes, by client_credentials (RFC 6749, the key as client_secret in the form or by HTTP Basic) or token
   * exchange (RFC 8693, the key as subject_token). `scope` narrows it.
   */
  issueToken(form: URLSearchParams, authorization: string | undefined): Promise<TokenAnswer>
  /** What tokens are verified by (RFC 7517); empty before the first key is made. */
  jwks(): Readonly<{ keys: readonly object[] }>
  close(): void
}

/** A key's use is noted once in so many ms. */
const noteEvery = 60_000

const toPrincipal = ({ id, name, group }: KeyRecord, scopes: readonly Scope[]): Authentication => ({
  ok: true,
  principal: { keyId: id, name, group, scopes },
})

const noExchange = refuse('malformed', 'Tokens cannot be exchanged for tokens: send the API key.')

/**
 * Opens the keys in a file, e.g. `data/keys.sqlite`; a file that doesn't exist is not made, and found once it does. `issuer`
 * is the origin that tokens are from and for. `now` gives ms since the epoch.
 */
export function openAuth({
  path,
  issuer,
  now = Date.now,
}: Readonly<{ path: string; issuer: string; now?: () => number }>): Auth {
  const noted = new Map<string, number>()
  const sessions = createKeySessions(path, issuer, now)

  const noteUse = (store: KeyStore, { id, lastUsed = 0 }: KeyRecord) => {
    if (now() - Math.max(lastUsed, noted.get(id) ?? 0) < noteEvery) return
    noted.set(id, now())
    store.noteUse(id, now())
  }

  /** What holds of a known key now. */
  const check = (store: KeyStore, record: KeyRecord, what: string): Refusal | undefined => {
    const refusal = findRefusal(record, toKeyState(record, now()), what)
    if (!refusal) noteUse(store, record)
    return refusal
  }

  const checkKey = (key: string): GoodKey | Refusal => {
    const open = sessions.find()
    const record = open?.store.findByHash(toDigest(key))
    if (!open || !record) return unknownKey
    return check(open.store, record, 'The API key') ?? { ok: true, record, tokens: open.tokens }
  }

  const checkSecret = (text: string): GoodKey | Refusal => {
    const credential = toCredential(text)
    if (credential.kind === 'key') return checkKey(credential.key)
    return credential.kind === 'malformed' ? refuse('malformed', credential.message) : noExchange
  }

  const checkToken = async (token: string): Promise<Authentication> => {
    const verified = await sessions.find()?.tokens.verify(token)
    if (!verified) return refuse('unknown', 'This server did not issue the token.')
    if (!verified.ok) return verified
    const open = sessions.find()
    const record = open?.store.findById(verified.keyId)
    if (!open || !record) return refuse('unknown', 'This server does not know the API key of the token.')
    const scopes = record.scopes.filter((scope) => verified.scopes.includes(scope))
    return check(open.store, record, 'The API key of the token') ?? toPrincipal(record, scopes)
  }

  const authenticate = async (authorization: string | undefined): Promise<Authentication> => {
    const credential = toBearerCredential(authorization)
    if (credential.kind === 'missing') return missing
    if (credential.kind === 'malformed') return refuse('malformed', credential.message)
    if (credential.kind === 'token') return checkToken(credential.token)
    const checked = checkKey(credential.key)
    return checked.ok ? toPrincipal(checked.record, checked.record.scopes) : checked
  }

  return {
    hasKeys: () => sessions.find()?.store.hasActive(now()) ?? false,
    hadKeys: () => sessions.find()?.store.hasAny() ?? false,
    authenticate,
    issueToken: async (form, authorization) => issueToken(form, authorization, checkSecret),
    jwks: () => {
      const store = sessions.find()?.store
      return { keys: store ? [toPublicJwk(store.getSigningKey(now()))] : [] }
    },
    close: sessions.close,
  }
}
