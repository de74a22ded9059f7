import { createHash, randomUUID } from 'node:crypto'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'

const beatMs = 2_000
const silentMs = 120_000
const pollMs = 100
const claimMs = 10_000

type Owner = Readonly<{ text: string; isAlive: boolean }>

function isProcessAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** An owner lives as long as its file is touched and, on this host, its process exists. */
async function findOwner(path: string): Promise<Owner | undefined> {
  const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch(() => [
    undefined,
    undefined,
  ])
  if (text === undefined || !stats) return undefined
  const [pid, host] = text.split(' ')
  const isSilent = Date.now() - stats.mtimeMs > silentMs
  const isGone = host === hostname() && Number(pid) > 0 && !isProcessAlive(Number(pid))
  return { text, isAlive: !isSilent && !isGone }
}

/** Takes the one right to remove a lock of this text; a claimer that died in the act loses it after a while. */
async function claim(path: string): Promise<boolean> {
  const isMine = await writeFile(path, '', { flag: 'wx' }).then(
    () => true,
    () => false,
  )
  if (isMine) return true
  const found = await stat(path).catch(() => undefined)
  if (found && Date.now() - found.mtimeMs > claimMs) await rm(path, { force: true })
  return false
}

/**
 * Removes a dead owner's lock. Who looks later may still mean the dead owner while another has taken its place,
 * so one process at a time may remove a lock of this text, and only while the lock has it.
 */
async function removeStale(path: string, stale: Owner): Promise<void> {
  const right = `${path}.${createHash('sha256').update(stale.text).digest('hex').slice(0, 16)}`
  if (!(await claim(right))) {
    await sleep(pollMs)
    return
  }
  try {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text === stale.text) await rm(path, { force: true })
  } finally {
    await rm(right, { force: true })
  }
}

async function acquire(path: string, owner: string, deadline: number): Promise<void> {
  for (;;) {
    const isMine = await writeFile(path, owner, { flag: 'wx' }).then(
      () => true,
      async (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        // The file is there, and ours, but empty: nobody could tell whose it is.
        if (error.code === 'ENOSPC' || error.code === 'EDQUOT') await rm(path, { force: true })
        throw error
      },
    )
    if (isMine) return
    const other = await findOwner(path)
    if (other && !other.isAlive) await removeStale(path, other)
    else if (Date.now() > deadline) {
      throw new AppError({
        code: 'busy',
        message: 'Another process is writing this index.',
        next: `Wait for it to end, or remove ${path} if no such process exists.`,
      })
    } else await sleep(pollMs)
  }
}

/**
 * Runs `write` while no other process writes the index folder. Waits for another writer up to `waitMs`, then throws
 * `busy`; takes the lock over from a process that has died.
 */
export async function withIndexLock<T>(index: string, write: () => Promise<T>, waitMs = 600_000): Promise<T> {
  const path = join(index, 'index.lock')
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`
  await acquire(path, owner, Date.now() + waitMs)
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), beatMs)
  try {
    return await write()
  } finally {
    clearInterval(beat)
    const holder = await readFile(path, 'utf8').catch(() => undefined)
    if (holder === owner) await rm(path, { force: true })
  }
}
