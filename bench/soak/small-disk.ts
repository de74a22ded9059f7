import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A disk of its own below a folder, which can be filled. */
export type SmallDisk = Readonly<{ fill(): Promise<void>; free(): Promise<void>; unmount(): void }>

const filler = 'filler'
const chunk = Buffer.alloc(1 << 18)

const canRun = (program: 'mount' | 'umount', ...args: readonly string[]) =>
  spawnSync(program, args).status === 0

/** Mounts a disk in memory, which goes with this process at the latest; undefined where this user or system can't. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true })
  const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m`]
  if (!canRun('mount', ...options, 'tmpfs', folder)) return undefined
  const path = join(folder, filler)
  const unmount = () => {
    canRun('umount', '--lazy', folder)
  }
  process.once('exit', unmount)
  return {
    fill: async () => {
      const file = await open(path, 'a')
      try {
        for (;;) await file.write(chunk)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => rm(path, { force: true }),
    unmount: () => {
      process.off('exit', unmount)
      unmount()
    },
  }
}
