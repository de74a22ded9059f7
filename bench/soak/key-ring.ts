import { createKey } from '../../src/auth/create-key.ts'
import { type KeyState, toKeyState } from '../../src/auth/key-record.ts'
import { openKeyStore } from '../../src/auth/key-store.ts'
import { scopes } from '../../src/auth/principal.ts'

/** A key that was made, and whether it is good still. */
export type HeldKey = { readonly id: string; readonly key: string; state: KeyState }

/** Makes and revokes keys in the file of a running server, from another process. */
export function openKeyRing(path: string) {
  const store = openKeyStore(path)
  const held: HeldKey[] = []
  return {
    held: held as readonly Readonly<HeldKey>[],
    create: (name: string, group: string, expires?: number): HeldKey => {
      const { key, record } = createKey(store, { name, group, scopes, expires }, Date.now())
      const made: HeldKey = { id: record.id, key, state: 'active' }
      held.push(made)
      return made
    },
    revoke: (key: HeldKey) => {
      store.revoke(key.id, Date.now())
      key.state = 'revoked'
    },
    /** Keys whose record is lost or says otherwise than it should. */
    listFaults: (): readonly string[] => {
      const records = new Map(store.list().map((record) => [record.id, record]))
      const faults = held.flatMap(({ id, state }) => {
        const record = records.get(id)
        const found = record ? toKeyState(record, Date.now()) : 'lost'
        return found === state ? [] : [`key ${id} is ${found}, not ${state}`]
      })
      return records.size === held.length ? faults : [...faults, `${records.size} keys, not ${held.length}`]
    },
    close: () => store.close(),
  }
}

export type KeyRing = ReturnType<typeof openKeyRing>
