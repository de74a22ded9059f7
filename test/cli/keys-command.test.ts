import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKey } from '../../src/auth/create-key.ts'
import { openKeyStore } from '../../src/auth/key-store.ts'
import { type Auth, openAuth } from '../../src/auth/open-auth.ts'
import { runCommandLine } from '../../src/cli/run-command-line.ts'
import { capture } from './capture.ts'

const entry = resolve(import.meta.dirname, '../../src/main.ts')
const run = promisify(execFile)

type Outcome = Readonly<{ code: number; stdout: string; stderr: string }>

let data: string
let auth: Auth
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'parquetry-keys-'))
  vi.stubEnv('PARQUETRY_DATA', data)
  auth = openAuth({ path: join(data, 'keys.sqlite'), issuer: 'https://parquetry.example' })
})
afterEach(async () => {
  auth.close()
  vi.unstubAllEnvs()
  await rm(data, { recursive: true, force: true })
})

/** Runs `parquetry keys` on the data folder of the test in a process of its own. */
function runKeys(...args: readonly string[]): Promise<Outcome> {
  const env = { PATH: process.env['PATH'] ?? '', PARQUETRY_DATA: data }
  return run(process.execPath, [entry, 'keys', ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr }),
  )
}

/** The same within this process, which is quicker. */
async function keys(...args: readonly string[]): Promise<Outcome> {
  let code = 0
  let stderr = ''
  const stdout = await capture('stdout', async () => {
    stderr = await capture('stderr', async () => {
      code = await runCommandLine(['node', 'parquetry', 'keys', ...args])
    })
  })
  return { code, stdout, stderr }
}

const keyForm = /pq_[A-Za-z0-9_-]{43}/g

/** A new key as the command printed it. */
async function create(
  ...args: readonly string[]
): Promise<Readonly<{ key: string; id: string; stdout: string }>> {
  const { stdout, stderr, code } = await keys('create', ...args)
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return { key: stdout.match(keyForm)?.[0] ?? '', id: /\((k_\w+)\)/.exec(stdout)?.[1] ?? '', stdout }
}

const authenticate = (key: string) => auth.authenticate(`Bearer ${key}`)

describe('keys create', () => {
  it('prints the key once, with the header and what to do next', async () => {
    const { key, id, stdout } = await create('--name', 'claude laptop')
    expect(stdout.match(keyForm)).toEqual([key])
    expect(stdout).toContain('Key claude laptop')
    expect(stdout).toContain('Authorization: Bearer')
    expect(stdout).toContain('not shown again')
    expect(stdout).toContain(`npm run keys -- revoke ${id}`)
    expect(stdout).not.toContain('\u001b')
    expect(await authenticate(key)).toEqual({
      ok: true,
      principal: { keyId: id, name: 'claude laptop', group: 'default', scopes: ['traces', 'knowledge'] },
    })
    expect(readdirSync(data).sort()).not.toContain('groups')
    if (process.platform !== 'win32') expect(statSync(join(data, 'keys.sqlite')).mode & 0o777).toBe(0o600)
  })

  it('takes a group, scopes and an end, and makes the folder of the group', async () => {
    const args = ['--name', 'r', '--group', 'team-a', '--scopes', 'traces', '--expires', '12h']
    const { key, stdout } = await create(...args)
    const exportsDir = join(data, 'groups', 'team-a', 'exports')
    expect(stdout).toContain(exportsDir)
    expect(readdirSync(exportsDir)).toEqual([])
    expect(stdout).toMatch(/group team-a, scopes traces, expires \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/)
    expect(await authenticate(key)).toMatchObject({ principal: { group: 'team-a', scopes: ['traces'] } })
    const at = (ms: number) => openAuth({ path: join(data, 'keys.sqlite'), issuer: 'x', now: () => ms })
    const hour = 3_600_000
    for (const [hours, ok] of [
      [11.9, true],
      [12.1, false],
    ] as const) {
      const later = at(Date.now() + hours * hour)
      expect(await later.authenticate(`Bearer ${key}`)).toMatchObject({ ok })
      later.close()
    }
  })

  it('refuses a name that an active key has, and takes it again once that one is revoked', async () => {
    const first = await create('--name', 'laptop')
    const second = await keys('create', '--name', 'laptop')
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toMatch(
      new RegExp(`There is a key named laptop already: ${first.id}\\.[\\s\\S]*keys -- revoke ${first.id}`),
    )
    await keys('revoke', first.id)
    expect((await create('--name', 'laptop')).id).not.toBe(first.id)
  })

  it.each([
    [[], /--name/],
    [['--name', ''], /--name is not a name for a key[\s\S]*claude-laptop/],
    [['--name', `pq_${'a'.repeat(43)}`], /--name is not a name for a key/],
    [['--name', 'x', '--group', '../x'], /--group is not a name of a group.*\.\.\/x[\s\S]*team-a/],
    [
      ['--name', 'x', '--scopes', 'traces,admin'],
      /--scopes names what is no scope.*admin[\s\S]*traces,knowledge/,
    ],
    [['--name', 'x', '--scopes', ''], /--scopes names no scope/],
    [['--name', 'x', '--expires', '90'], /--expires is not a time.*90[\s\S]*90d/],
    [['--name', 'x', '--expires', '2020-01-31'], /--expires is in the past/],
    [['--name', 'x', '--nme', 'y'], /unknown option '--nme'[\s\S]*--name/],
    [['x'], /too many arguments|--name/],
  ])('refuses wrong input with the way out, and makes nothing: %#', async (args, message) => {
    const { code, stdout, stderr } = await keys('create', ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/pq_a|at .*\.ts:/)
    expect(readdirSync(data)).toEqual([])
  })
})

describe('keys list', () => {
  it('prints a table of all keys, and never a key', async () => {
    const laptop = await create('--name', 'laptop')
    const reports = await create(
      '--name',
      'reports',
      '--group',
      'team-a',
      '--scopes',
      'traces',
      '--expires',
      '2099-01-31',
    )
    await keys('revoke', 'laptop')
    await authenticate(reports.key)
    const { code, stdout } = await keys('list')
    expect(code).toBe(0)
    const [header, first, second, note] = stdout.trimEnd().split('\n')
    const day = '\\d{4}-\\d{2}-\\d{2}'
    expect(header).toMatch(/^name +id +group +scopes +key +created +expires +last used +state$/)
    expect(first).toMatch(
      new RegExp(
        `^laptop +${laptop.id} +default +traces,knowledge +…${laptop.key.slice(-4)} +${day} +never +never +revoked$`,
      ),
    )
    expect(second).toMatch(
      new RegExp(
        `^reports +${reports.id} +team-a +traces +…${reports.key.slice(-4)} +${day} +2099-01-31 23:59 +${day} \\d{2}:\\d{2} +active$`,
      ),
    )
    expect(note).toBe('Times are in UTC.')
    expect(stdout).not.toContain('pq_')
    for (const { key } of [laptop, reports]) expect(stdout).not.toContain(key.slice(3, 12))
  })

  it('says how to make one where there is none, and makes no file', async () => {
    const { code, stdout } = await keys('list', '--data', join(data, 'other'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/No keys in .*other\.\n.*keys -- create --name/)
    expect(existsSync(join(data, 'other'))).toBe(false)
  })
})

describe('keys revoke', () => {
  it('ends a key by its name or id, once and for all', async () => {
    const laptop = await create('--name', 'laptop')
    const phone = await create('--name', 'phone')
    expect(await authenticate(laptop.key)).toMatchObject({ ok: true })
    expect((await keys('revoke', 'laptop')).stdout).toMatch(
      new RegExp(`^Revoked key laptop \\(${laptop.id}\\)`),
    )
    expect(await authenticate(laptop.key)).toMatchObject({ reason: 'revoked' })
    for (const again of ['laptop', laptop.id]) {
      const { code, stdout } = await keys('revoke', again)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Key laptop \(k_\w+\) was revoked before, .* UTC\. Nothing changed\.$/m)
    }
    expect(await authenticate(phone.key)).toMatchObject({ ok: true })
    expect((await keys('revoke', phone.id)).code).toBe(0)
    expect(await authenticate(phone.key)).toMatchObject({ reason: 'revoked' })
  })

  it('takes a name that a revoked key had for the one that has it now', async () => {
    const first = await create('--name', 'laptop')
    await keys('revoke', 'laptop')
    const second = await create('--name', 'laptop')
    expect((await keys('revoke', 'laptop')).stdout).toContain(`Revoked key laptop (${second.id})`)
    expect((await keys('revoke', 'laptop')).stdout).toContain('revoked before')
    expect(first.id).not.toBe(second.id)
  })

  it('refuses a name that several keys have, and names their ids', async () => {
    const store = openKeyStore(join(data, 'keys.sqlite'))
    const request = { name: 'laptop', group: 'default', scopes: ['traces'], expires: 2_000 } as const
    const expired = createKey(store, request, 1_000)
    store.close()
    const active = await create('--name', 'laptop')
    const { code, stderr } = await keys('revoke', 'laptop')
    expect(code).toBe(1)
    expect(stderr).toContain('2 keys are named laptop.')
    for (const id of [expired.record.id, active.id]) expect(stderr).toContain(id)
    expect(await authenticate(active.key)).toMatchObject({ ok: true })
    expect((await keys('list')).stdout).toMatch(/expired[\s\S]*active/)
    expect((await keys('revoke', active.id)).code).toBe(0)
  })

  it('refuses what is no key of this folder, and never repeats a key', async () => {
    const none = await keys('revoke', 'laptop')
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There are no keys in .*\n.*--data/),
    })
    expect(readdirSync(data)).toEqual([])
    const { key } = await create('--name', 'laptop')
    const near = await keys('revoke', 'lptop')
    expect(near).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/lptop\.\nClose to it: laptop\..*keys -- list/),
    })
    const whole = await keys('revoke', key)
    expect(whole).toMatchObject({ code: 1, stderr: expect.stringContaining(`…${key.slice(-4)}`) })
    expect(whole.stderr).not.toContain('pq_')
    expect(await authenticate(key)).toMatchObject({ ok: true })
    expect(await keys('revoke')).toMatchObject({ code: 1, stderr: expect.stringContaining('id-or-name') })
  })
})

describe('the keys command', () => {
  it('works as a program: a key is printed once, never again, and wrong input fails', async () => {
    const { stdout } = await runKeys('create', '--name', 'laptop')
    const [key = '', ...others] = stdout.match(keyForm) ?? []
    expect(others).toEqual([])
    expect(await authenticate(key)).toMatchObject({ ok: true })
    expect(await runKeys('list')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.not.stringContaining('pq_'),
    })
    expect(await runKeys('revoke', key)).toMatchObject({
      code: 1,
      stderr: expect.not.stringContaining('pq_'),
    })
    expect(await runKeys('revoke', 'laptop')).toMatchObject({ code: 0, stderr: '' })
    expect(await authenticate(key)).toMatchObject({ reason: 'revoked' })
  })

  it('has help, with examples', async () => {
    const { stdout } = await keys('--help')
    expect(stdout).toMatch(/create[\s\S]*list[\s\S]*revoke[\s\S]*Examples:[\s\S]*--expires 90d/)
    expect((await keys('create', '--help')).stdout).toMatch(
      /--data[\s\S]*--name[\s\S]*--group[\s\S]*--expires[\s\S]*--scopes/,
    )
    expect(await keys()).toMatchObject({ code: 1, stderr: expect.stringContaining('create') })
    expect(await keys('revok')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/unknown command 'revok'/),
    })
  })

  it('takes --data before and after the name of the command', async () => {
    const other = join(data, 'other')
    await create('--name', 'a', '--data', other)
    expect((await keys('--data', other, 'list')).stdout).toMatch(/^a +k_/m)
    expect((await keys('list', '--data', other)).stdout).toMatch(/^a +k_/m)
    expect((await keys('list')).stdout).toContain('No keys')
  })

  it('says what is wrong with a file that is damaged', async () => {
    writeFileSync(join(data, 'keys.sqlite'), 'These are not the keys. '.repeat(500))
    for (const args of [['list'], ['create', '--name', 'x'], ['revoke', 'x']]) {
      const { code, stdout, stderr } = await keys(...args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/keys\.sqlite is damaged, or is not a key file of Parquetry\.\n.*move it away/)
    }
    expect(readFileSync(join(data, 'keys.sqlite'), 'utf8')).toMatch(/^These are not the keys/)
  })
})
