import type { Scope } from './principal.ts'

/** What is kept of a key. Times are in ms since the epoch. */
export type KeyRecord = Readonly<{
  id: string
  name: string
  group: string
  scopes: readonly Scope[]
  /** SHA-256 of the key, in hexadecimal. */
  hash: string
  /** The key's last four characters, to tell keys apart by. */
  last4: string
  created: number
  /** From when on it is refused. */
  expires: number | undefined
  revoked: number | undefined
  /** Exact to a minute. */
  lastUsed: number | undefined
}>

export type KeyState = 'active' | 'revoked' | 'expired'

/** Whether a key is good at a time in ms since the epoch, or why not. */
export function toKeyState({ revoked, expires }: KeyRecord, nowMs: number): KeyState {
  if (revoked !== undefined) return 'revoked'
  return expires !== undefined && expires <= nowMs ? 'expired' : 'active'
}
