import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compareLoad, type Load } from './http/compare-load.ts'
import { compareStarts } from './http/compare-starts.ts'
import { makeSampleData, runParquetry } from './http/data-folder.ts'
import { openLoadGenerator } from './http/load-generator.ts'
import { type Era, eras } from './http/messages.ts'
import { openServers } from './http/open-servers.ts'
import { header, row, say } from './http/print.ts'
import { entry } from './http/server-process.ts'
import { toSubjects } from './http/subjects.ts'

/**
 * What Parquetry costs around its tools, in one run, as ratios against the protocol library's own server with one empty tool:
 * `node bench/http-load.ts --data /somewhere/data-10m`. Over HTTP the three servers and the generator of the load are
 * processes of their own, and bare server and ours are loaded in turn; over stdio both are started in turn. A key is made in
 * the data folder for the time of the run, and its documentation and exports are brought up to date before.
 */
const { values } = parseArgs({
  options: {
    /** Data folder; without it a sample is made in the folder for temporary files, once. */
    data: { type: 'string' },
    /** A day with data, which the small query is about. */
    day: { type: 'string', default: '2026-05-10' },
    /** Numbers of clients at a time. */
    clients: { type: 'string', default: '1,16,256' },
    /** Rounds of each server, and how long one is. */
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    /** Starts of each server on standard input and output. */
    starts: { type: 'string', default: '21' },
    /** The program that is measured, e.g. dist/main.js. */
    entry: { type: 'string', default: entry },
  },
})

const goals = { stack: 1.5, start: 2 } as const
const sampleJourneys = 8_000
const eraNames: Readonly<Record<Era, string>> = { legacy: 'no headers', modern: '2026-07-28' }

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const percent = (share: number) => (Number.isNaN(share) ? '' : `${Math.round(share * 100)} %`)
const latencies = ({ p50, p95, p99 }: Load) => [p50, p95, p99].map(ms).join(' / ')

/** Ratios of time per call that have a goal. */
const stackRatios: number[] = []

async function measureLoad(data: string): Promise<void> {
  const servers = await openServers(data, resolve(values.entry))
  const generator = openLoadGenerator()
  const plan = { rounds: Number(values.rounds), ms: Number(values.seconds) * 1000 }
  try {
    for (const clients of values.clients.split(',').filter(Boolean).map(Number)) {
      say(`\n## HTTP, ${clients} client${clients === 1 ? '' : 's'}`)
      header(
        'request',
        'era',
        'answer [kB]',
        'bare [calls/s]',
        'ours [calls/s]',
        'bare p50 / p95 / p99 [ms]',
        'ours p50 / p95 / p99 [ms]',
        'time per call, ours / bare',
        'CPU per call, bare and ours [ms]',
        'ours / bare',
        'busy: bare + its clients',
        'busy: ours + its clients',
      )
      for (const subject of toSubjects(values.day))
        for (const era of eras.filter((one) => subject.eras.includes(one))) {
          const { bare: bareTarget, ours: ourTarget, bytes } = await servers.toTargets(subject, era)
          const compared = await compareLoad(generator, bareTarget, ourTarget, { clients, ...plan })
          const { bare, ours, timeRatio, cpuRatio } = compared
          if (subject.server === 'stack') stackRatios.push(timeRatio)
          row(
            subject.name,
            eraNames[era],
            bytes / 1000,
            bare.callsPerSecond,
            ours.callsPerSecond,
            latencies(bare),
            latencies(ours),
            subject.server === 'stack' ? `**${timeRatio.toFixed(2)}**` : timeRatio,
            `${ms(bare.cpuMsPerCall)}, ${ms(ours.cpuMsPerCall)}`,
            cpuRatio,
            `${percent(bare.busyServer)} + ${percent(bare.busyClients)}`,
            `${percent(ours.busyServer)} + ${percent(ours.busyClients)}`,
          )
        }
    }
  } finally {
    generator.close()
    await servers.close()
  }
}

const startRatios: number[] = []

async function measureStarts(data: string): Promise<void> {
  const turns = Number(values.starts)
  if (turns === 0) return
  say('\n## stdio')
  header('start to first tools/list answer', 'bare [ms]', 'ours [ms]', 'ours / bare')
  const bare = [fileURLToPath(new URL('./http/run-bare-stdio.ts', import.meta.url))]
  const ours = [resolve(values.entry), 'mcp', '--data', data]
  for (const era of eras) {
    const { bareMs, oursMs } = await compareStarts(bare, ours, era, turns)
    startRatios.push(oursMs / bareMs)
    row(
      era === 'legacy' ? 'after initialize' : eraNames[era],
      bareMs,
      oursMs,
      `**${(oursMs / bareMs).toFixed(2)}**`,
    )
  }
}

const judge = (what: string, ratios: readonly number[], goal: number) => {
  if (ratios.length === 0) return
  const worst = Math.max(...ratios)
  if (worst > goal) process.exitCode = 1
  say(`${what}: ${worst.toFixed(2)} at worst, goal ${goal}: ${worst <= goal ? 'met' : 'missed'}`)
}

const data =
  values.data ?? (await makeSampleData(join(tmpdir(), 'parquetry-http-load', 'data'), sampleJourneys))
runParquetry(['import', '--data', data])
say(`${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}`)
say(
  `Each server is one process and the clients together are another, so that of ${cpus().length} cores each can have one; "busy" says how much of one they used. "bare" answers as many bytes as ours. The first two requests reach the same empty tool behind both: what they cost more is our stack. ping reaches none, but our server with all its tools. With the others the ratio has our tool's own work in it.`,
)
await measureLoad(data)
await measureStarts(data)
say()
judge('The stack around a tool, time per call', stackRatios, goals.stack)
judge('First answer over stdio', startRatios, goals.start)
