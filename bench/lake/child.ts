import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** What a process used. */
export type Usage = Readonly<{ wallS: number; cpuS: number; rssMb: number }>

/** Runs a script of this project in a process of its own; its last line of output is its `Usage`. */
export function runChild(script: string, args: readonly string[]): Usage {
  const path = resolve(import.meta.dirname, script)
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Usage
}

/** For such a script: does the work and prints what it used. */
export async function report(work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await work()
  const { user, system } = process.cpuUsage()
  const usage: Usage = {
    wallS: (performance.now() - started) / 1000,
    cpuS: (user + system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  }
  process.stdout.write(`${JSON.stringify(usage)}\n`)
}
