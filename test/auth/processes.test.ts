import { describe, expect, it } from 'vitest'
import { openKeyStore, toKeysPath } from '../../src/auth/key-store.ts'
import { bearer, createAuthWorld, createFolder, getToken } from './auth-world.ts'
import { startAuthProcess } from './start-auth-process.ts'

type Made = readonly Readonly<{ key: string; id: string }>[]

const startMany = (count: number, path: string) =>
  Promise.all(Array.from({ length: count }, () => startAuthProcess(path)))

const listKeys = (path: string) => {
  const store = openKeyStore(path)
  const keys = store.list()
  store.close()
  return keys
}

const nameAll = (process: number, count: number) => Array.from({ length: count }, (_, i) => `${process}-${i}`)

describe('several processes on one key file', () => {
  it('make the file at the same moment, lose no key, and share one signing key', async () => {
    for (let round = 0; round < 3; round++) {
      const path = toKeysPath(createFolder())
      const all = await startMany(4, path)
      const made = (await Promise.all(
        all.map((each, i) => each.ask({ do: 'create', names: nameAll(i, 25) })),
      )) as Made[]
      const ids = made.flat().map(({ id }) => id)
      expect(new Set(ids).size).toBe(100)
      expect(new Set(listKeys(path).map(({ id }) => id))).toEqual(new Set(ids))
      const published = await Promise.all(all.map((each) => each.ask({ do: 'jwks' })))
      expect(new Set(published.map((each) => JSON.stringify(each))).size).toBe(1)
      for (const each of all) each.kill()
    }
  })

  it('give a name to one key only, whoever is first', async () => {
    const path = toKeysPath(createFolder())
    const all = await startMany(4, path)
    const answers = await Promise.all(all.map((each) => each.ask({ do: 'create', names: ['same'] })))
    expect(listKeys(path)).toHaveLength(1)
    const refused = answers.filter((answer) => !Array.isArray(answer))
    expect(refused).toHaveLength(3)
    for (const each of refused)
      expect(each).toMatchObject({ error: { code: 'invalid_argument', path: 'name' } })
  })

  it('refuse a key and its tokens from the call after another process revoked it', async () => {
    const world = createAuthWorld()
    world.clock.ms = Date.now()
    const { key, id } = world.add()
    const token = await getToken(world, key)
    const [server, admin] = [await startAuthProcess(world.path), await startAuthProcess(world.path)]
    const headers = [bearer(key), bearer(token)]
    expect(await server.ask({ do: 'authenticate', headers, times: 5 })).toEqual({ ok: 10 })
    await admin.ask({ do: 'revoke', ids: [id] })
    expect(await server.ask({ do: 'authenticate', headers, times: 5 })).toEqual({ revoked: 10 })
  })

  it('go on checking keys while others make and revoke them', async () => {
    const world = createAuthWorld()
    world.clock.ms = Date.now()
    const { key } = world.add()
    const token = await getToken(world, key)
    const [server, second] = [await startAuthProcess(world.path), await startAuthProcess(world.path)]
    const [maker, remover] = [await startAuthProcess(world.path), await startAuthProcess(world.path)]
    const doomed = ((await maker.ask({ do: 'create', names: nameAll(0, 40) })) as Made).map(({ id }) => id)
    const headers = [bearer(key), bearer(token), bearer(`pq_${'x'.repeat(43)}`)]
    const counts = { ok: 10_000, unknown: 5_000 }
    const answers = await Promise.all([
      server.ask({ do: 'authenticate', headers, times: 5_000 }),
      second.ask({ do: 'authenticate', headers, times: 5_000 }),
      maker.ask({ do: 'create', names: nameAll(1, 40) }),
      remover.ask({ do: 'revoke', ids: doomed }),
    ])
    expect(answers.slice(0, 2)).toEqual([counts, counts])
    expect(answers[2]).toHaveLength(40)
    const revoked = listKeys(world.path).filter(({ revoked }) => revoked !== undefined)
    expect(new Set(revoked.map(({ id }) => id))).toEqual(new Set(doomed))
  })

  it('keep every key that was shown by a process that was killed', async () => {
    const path = toKeysPath(createFolder())
    const shown: string[] = []
    for (let round = 0; round < 3; round++) {
      const maker = await startAuthProcess(path)
      for (let i = 0; i < 5 + round; i++) {
        const [made] = (await maker.ask({ do: 'create', names: [`${round}-${i}`] })) as Made
        shown.push(bearer(made?.key))
      }
      const unfinished = maker.ask({ do: 'create', names: nameAll(round + 10, 500) }).catch(() => 'killed')
      maker.kill()
      expect(await unfinished).toBe('killed')
    }
    const reader = await startAuthProcess(path)
    expect(await reader.ask({ do: 'authenticate', headers: shown, times: 1 })).toEqual({ ok: shown.length })
  })
})
