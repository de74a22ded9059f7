import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { entry } from '../http/server-process.ts'
import { countCall } from './calls.ts'
import type { ExportFile, Group } from './group.ts'
import type { SmallDisk } from './small-disk.ts'
import { between, pause, type SoakContext } from './soak-context.ts'
import { findChildren } from './vitals.ts'

/** Longest time until a change of the exports is in the answers; after a failed import the next may be a minute later. */
const longestMs = 120_000

type Change = Readonly<{
  context: SoakContext
  group: Group
  key: string
  disk: SmallDisk | undefined
  /** The process id of the server. */
  server: number
}>

/** How an export arrives; `begin` is to be called before answers may know of it. */
type Drop = (change: Change, file: ExportFile, target: string, begin: () => void) => Promise<void>

const beside = (target: string) => join(target, '..', '..', 'arriving.tmp')

const dropWhole: Drop = async (_, { path }, target, begin) => {
  await copyFile(path, beside(target))
  begin()
  await rename(beside(target), target)
}

/** As a copy over the network arrives: what is there at first can't be read. */
const dropInHalves: Drop = async (_, { path }, target, begin) => {
  const bytes = await readFile(path)
  await writeFile(target, bytes.subarray(0, bytes.length / 2))
  await sleep(between(200, 2_000))
  begin()
  await appendFile(target, bytes.subarray(bytes.length / 2))
}

const dropAndKillCommand: Drop = async (change, file, target, begin) => {
  await dropWhole(change, file, target, begin)
  const importer = spawn(process.execPath, [entry, 'import', '--data', change.group.dir], { stdio: 'ignore' })
  const ended = once(importer, 'exit')
  await sleep(between(300, 3_000))
  importer.kill('SIGKILL')
  await ended
}

/** Whether there still was one to kill. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** The server's own, of whichever group: the next look starts another. */
const dropAndKillImporter: Drop = async (change, file, target, begin) => {
  await dropWhole(change, file, target, begin)
  for (let i = 0; i < between(20, 200); i++) {
    const [importer] = await findChildren(change.server, 'sync-process')
    if (importer !== undefined && kill(importer)) return
    await sleep(between(20, 50))
  }
}

const dropOnFullDisk: Drop = async (change, file, target, begin) => {
  if (!change.disk) return dropWhole(change, file, target, begin)
  await change.disk.fill()
  try {
    await dropWhole(change, file, target, begin)
    await pause(change.context, between(4_000, 8_000))
  } finally {
    await change.disk.free()
  }
}

const drops: readonly (readonly [name: string, drop: Drop])[] = [
  ['an export dropped', dropWhole],
  ['an export copied slowly', dropInHalves],
  ['an export dropped, `parquetry import` killed', dropAndKillCommand],
  ["an export dropped, the server's importer killed", dropAndKillImporter],
  ['an export dropped while the disk is full', dropOnFullDisk],
]

/** Asks until an answer shows the newest state. */
async function waitUntilShown({ context, group, key }: Change, what: string): Promise<void> {
  const started = performance.now()
  while (!group.spans.isSettled()) {
    if (performance.now() - started > longestMs)
      throw new Error(`${what} in ${group.name} was not in the answers after ${longestMs / 1000} s`)
    const mark = group.spans.mark()
    const { result } = await context.client.call(key, countCall.tool, countCall.args)
    const results = result?.structuredContent?.['results'] as { whole?: { rows: number[][] } } | undefined
    const whole = results?.whole?.rows[0]?.[0]
    if (whole !== undefined) group.spans.check(whole, mark)
    await sleep(500)
  }
  context.tally.add(`until an answer shows ${what}`, performance.now() - started)
}

/** Drops and removes exports of a group, one after the other; each change must be in the answers before the next. */
export function createExportChanges(change: Change) {
  const { group, disk } = change
  const present = new Map<string, ExportFile>()
  const kinds = drops.filter(([, drop]) => disk || drop !== dropOnFullDisk)
  const toTarget = (file: ExportFile) => join(group.dir, 'exports', file.name)
  const toTotal = () => [...present.values()].reduce((sum, { spans }) => sum + spans, group.base)
  let turn = 0

  const remove = async (file: ExportFile) => {
    present.delete(file.name)
    group.spans.begin(toTotal())
    await rm(toTarget(file))
    await waitUntilShown(change, 'an export removed')
  }
  const drop = async (file: ExportFile) => {
    const [name, run] = kinds[turn++ % kinds.length] ?? ['an export dropped', dropWhole]
    await run(change, file, toTarget(file), () => {
      present.set(file.name, file)
      group.spans.begin(toTotal())
    })
    await waitUntilShown(change, name)
  }
  return {
    /** Drops an export that is not there, or removes one that is. */
    step: async () => {
      const absent = group.files.filter(({ name }) => !present.has(name))
      const [gone, there] = [absent[0], [...present.values()][0]]
      if (there && (!gone || Math.random() < 0.4)) await remove(there)
      else if (gone) await drop(gone)
    },
    /** Removes all but the first. */
    reset: async () => {
      for (const file of [...present.values()]) await remove(file)
    },
  }
}
