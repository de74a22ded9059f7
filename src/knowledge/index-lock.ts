import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'

const beatMs = 2_000
const silentMs = 120_000
const pollMs = 100

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

/** Moves a dead owner's file away; puts it back when another process has replaced it in between. */
async function removeStale(path: string, stale: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  if ((await readFile(aside, 'utf8')) !== stale.text) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

async function acquire(path: string, owner: string, deadline: number): Promise<void> {
  for (;;) {
    const isMine = await writeFile(path, owner, { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
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
