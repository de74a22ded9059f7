import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LakeWorld } from './lake-world.ts'

/** Where the program of these processes lies. */
export const lakeScript = fileURLToPath(new URL('./lake-process.ts', import.meta.url))

/** A process that works on a world's lake; it is loaded, and begins when told. */
export type LakeChild = Readonly<{
  begin(): void
  /** Ends its input, which ends a reader. */
  finish(): void
  kill(): void
  /** What it printed so far. */
  printed: readonly unknown[]
  /** Its exit code once it ended; null where it was killed. */
  ended: Promise<number | null>
}>

/** Starts a process as `lake-process.ts` describes, and waits until it is loaded. */
export async function startLakeChild(
  mode: 'import' | 'read',
  { exportsDir, lakeDir }: Pick<LakeWorld, 'exportsDir' | 'lakeDir'>,
): Promise<LakeChild> {
  const child = spawn(process.execPath, [lakeScript, mode, exportsDir, lakeDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => {})
  const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)))
  const printed: unknown[] = []
  await new Promise<void>((loaded, fail) => {
    child.once('exit', () => fail(new Error('the process ended before it was loaded')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value: unknown = JSON.parse(line)
      if (value === 'ready') loaded()
      else printed.push(value)
    })
  })
  return {
    begin: () => child.stdin.write('begin\n'),
    finish: () => child.stdin.end(),
    kill: () => child.kill('SIGKILL'),
    printed,
    ended,
  }
}
