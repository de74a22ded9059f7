import type { KeyRecord, KeyState } from './key-record.ts'
import type { Authentication, RefusalReason } from './open-auth.ts'

/** A refused credential. */
export type Refusal = Extract<Authentication, { ok: false }>

/** A refusal with its sentence, which goes into a header: printable ASCII without `"` and `\`, and nothing that was sent. */
export const refuse = (reason: RefusalReason, message: string): Refusal => ({ ok: false, reason, message })

export const missing = refuse(
  'missing',
  'An API key is needed: send the header Authorization with Bearer, a space and the key.',
)

export const unknownKey = refuse('unknown', 'This server does not know the API key.')

const toDate = (ms: number | undefined) =>
  ms === undefined ? '' : ` on ${new Date(ms).toISOString().slice(0, 10)}`

/** Why a key that is known is refused; undefined where it is good. `what` names it, or the token that stands for it. */
export function findRefusal(key: KeyRecord, state: KeyState, what: string): Refusal | undefined {
  if (state === 'revoked') return refuse('revoked', `${what} was revoked${toDate(key.revoked)}.`)
  if (state === 'expired') return refuse('expired', `${what} expired${toDate(key.expires)}.`)
  return undefined
}
