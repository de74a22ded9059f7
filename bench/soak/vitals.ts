import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { ServerProcess } from '../http/server-process.ts'

const reportSchema = z.object({ rss: z.number(), heap: z.number(), resources: z.array(z.string()) })

/** What a process holds while it has nothing to do. Sizes in MB. */
export type Vitals = Readonly<{
  rss: number
  heap: number
  /** What its open files are, by their names without numbers; undefined where there is no /proc. */
  files: readonly string[] | undefined
  /** Timers, sockets and other things that Node waits for. */
  resources: readonly string[]
}>

const mb = (bytes: number) => bytes / 2 ** 20

async function listFiles(pid: number): Promise<readonly string[] | undefined> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => undefined)
  if (!names) return undefined
  const links = await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')))
  return links.filter((link) => link !== '').map((link) => link.replaceAll(/\d+/g, '#'))
}

async function ask({ child }: ServerProcess) {
  child.send('report')
  const [report] = await once(child, 'message')
  return reportSchema.parse(report)
}

/** Resident memory of a process now, in MB; undefined where there is no /proc. */
export async function findResidentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(status) ?? []
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

/** The processes that a process has started and whose command has a word; none where there is no /proc. */
export async function findChildren(parent: number, word: string): Promise<readonly number[]> {
  const found: number[] = []
  for (const pid of await readdir('/proc').catch(() => [])) {
    const read = (name: string) => readFile(join('/proc', pid, name), 'utf8').catch(() => '')
    if (!(await read('status')).includes(`\nPPid:\t${parent}\n`)) continue
    if ((await read('cmdline')).includes(word)) found.push(Number(pid))
  }
  return found
}

const looks = 5
const pauseMs = 1_000

/** Collects the process's garbage several times and gives the least that it held. */
export async function readVitals(server: ServerProcess): Promise<Vitals> {
  const reports: z.infer<typeof reportSchema>[] = []
  for (let look = 0; look < looks; look++) {
    await sleep(pauseMs)
    reports.push(await ask(server))
  }
  return {
    rss: mb(Math.min(...reports.map(({ rss }) => rss))),
    heap: mb(Math.min(...reports.map(({ heap }) => heap))),
    files: await listFiles(server.pid),
    resources: reports.at(-1)?.resources ?? [],
  }
}

/** What is there more often than before, with by how much. */
export function listGrowth(before: readonly string[], after: readonly string[]): readonly string[] {
  const count = (list: readonly string[], name: string) => list.filter((other) => other === name).length
  return [...new Set(after)]
    .map((name) => ({ name, more: count(after, name) - count(before, name) }))
    .filter(({ more }) => more > 0)
    .map(({ name, more }) => `${more} x ${name}`)
}
