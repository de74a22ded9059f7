import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HeldKey, KeyRing } from './key-ring.ts'
import type { SoakContext } from './soak-context.ts'

/** Refused: as a key that is not good, or as one failed login too many. */
const refusals = [401, 429]

const lifetimeMs = 2_000

/** Makes a key, has it used, ends it, and sees that it and its token are refused from the next call on, and so are older ones. */
export function createKeyChanges({ client }: SoakContext, ring: KeyRing, groups: readonly string[]) {
  const ended: string[] = []
  let turn = 0

  const expectGood = async (secret: string) => {
    const { status, body } = await client.ask(secret, 'ping', {}, 'legacy')
    assert.equal(status, 200, `a good key is refused: ${body}`)
  }
  const expectRefused = async (secret: string, what: string) => {
    const { status, body } = await client.ask(secret, 'ping', {}, 'legacy')
    assert.ok(refusals.includes(status), `${what} works again: ${status} ${body}`)
  }
  const end = async (key: HeldKey, doesExpire: boolean) => {
    if (!doesExpire) return ring.revoke(key)
    await sleep(lifetimeMs)
    key.state = 'expired'
  }
  return async (): Promise<void> => {
    turn += 1
    const doesExpire = turn % 3 === 0
    const expires = doesExpire ? Date.now() + lifetimeMs : undefined
    const key = ring.create(`passing-${turn}`, groups[turn % groups.length] ?? 'default', expires)
    const secrets = [key.key]
    await expectGood(key.key)
    if (!doesExpire) {
      secrets.push(await client.fetchToken(key.key))
      await expectGood(secrets[1] ?? '')
    }
    await end(key, doesExpire)
    for (const secret of secrets) await expectRefused(secret, `a key that has ${key.state}, or its token,`)
    const older = ended[Math.floor(Math.random() * ended.length)]
    if (older) await expectRefused(older, 'a key that was ended long ago')
    ended.push(...secrets)
  }
}
