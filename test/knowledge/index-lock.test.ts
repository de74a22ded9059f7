import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withIndexLock } from '../../src/knowledge/store/index-lock.ts'

let index: string
beforeEach(async () => {
  index = await mkdtemp(join(tmpdir(), 'parquetry-lock-'))
})
afterEach(() => rm(index, { recursive: true }))

const lockFile = () => join(index, 'index.lock')
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid

describe('index lock', () => {
  it('lets one writer in at a time, each in full', async () => {
    const events: string[] = []
    const write = (name: string) =>
      withIndexLock(index, async () => {
        events.push(`${name} in`)
        await sleep(20)
        events.push(`${name} out`)
      })
    await Promise.all(['a', 'b', 'c'].map(write))
    expect(events.length).toBe(6)
    for (let i = 0; i < 6; i += 2) expect(events[i + 1]).toBe(events[i]?.replace('in', 'out'))
    expect(await readdir(index)).toEqual([])
  })

  it('holds the file with its process while writing', async () => {
    const text = await withIndexLock(index, () => readFile(lockFile(), 'utf8'))
    expect(text.startsWith(`${process.pid} ${hostname()} `)).toBe(true)
  })

  it('is free again after a failure', async () => {
    await expect(withIndexLock(index, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(await readdir(index)).toEqual([])
  })

  it('takes over at once from a process that has died', async () => {
    await writeFile(lockFile(), `${deadPid()} ${hostname()} x`)
    expect(await withIndexLock(index, async () => 'done', 0)).toBe('done')
    expect(await readdir(index)).toEqual([])
  })

  it('takes over from an owner that has been silent, wherever it ran', async () => {
    await writeFile(lockFile(), `${process.pid} elsewhere x`)
    const longAgo = new Date(Date.now() - 600_000)
    await utimes(lockFile(), longAgo, longAgo)
    expect(await withIndexLock(index, async () => 'done', 0)).toBe('done')
  })

  it.each(['another host', 'this host'])('respects a live owner on %s and says so', async (place) => {
    const host = place === 'this host' ? hostname() : 'elsewhere'
    await writeFile(lockFile(), `${process.pid} ${host} x`)
    const details = await withIndexLock(index, async () => 'done', 150).then(
      () => undefined,
      (error) => error.details,
    )
    expect(details).toMatchObject({ code: 'busy', next: expect.stringContaining('index.lock') })
    expect(await readFile(lockFile(), 'utf8')).toContain(host)
  })

  it('leaves the file of another owner that took over', async () => {
    await withIndexLock(index, () => writeFile(lockFile(), 'another'))
    expect(await readFile(lockFile(), 'utf8')).toBe('another')
  })

  it('many waiters behind a dead owner still enter one by one', async () => {
    await writeFile(lockFile(), `${deadPid()} ${hostname()} x`)
    let inside = 0
    const write = () =>
      withIndexLock(index, async () => {
        inside++
        await sleep(5)
        const seen = inside
        inside--
        return seen
      })
    expect(await Promise.all(Array.from({ length: 8 }, write))).toEqual(Array.from({ length: 8 }, () => 1))
  })
})
