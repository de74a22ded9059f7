import { median, quantile } from '../lake/timing.ts'
import { findCpuMs } from './cpu-time.ts'
import type { LoadGenerator } from './load-generator.ts'
import type { Message } from './messages.ts'

/** What one request is sent to. */
export type Target = Readonly<{ pid: number; port: number; path: string; key?: string; message: Message }>

/** One target under load: milliseconds, and shares of one core. */
export type Load = Readonly<{
  callsPerSecond: number
  p50: number
  p95: number
  p99: number
  cpuMsPerCall: number
  busyServer: number
  busyClients: number
}>

export type LoadComparison = Readonly<{ bare: Load; ours: Load; timeRatio: number; cpuRatio: number }>

/** A request as its bytes. */
export function toRequest({ port, path, key, message: { headers, body } }: Target): string {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    ...headers,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

type Round = Readonly<{
  latencies: readonly number[]
  elapsedMs: number
  serverMs: number
  clientsMs: number
}>

async function runRound(
  generator: LoadGenerator,
  target: Target,
  clients: number,
  ms: number,
): Promise<Round> {
  const before = findCpuMs(target.pid) ?? Number.NaN
  const { latencies, elapsedMs, cpuMs } = await generator.run({
    port: target.port,
    request: toRequest(target),
    clients,
    ms,
  })
  const serverMs = (findCpuMs(target.pid) ?? Number.NaN) - before
  return { latencies: [...latencies], elapsedMs, serverMs, clientsMs: cpuMs }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

function toLoad(rounds: readonly Round[]): Load {
  const latencies = rounds.flatMap((round) => round.latencies)
  const elapsedMs = sum(rounds.map((round) => round.elapsedMs))
  const serverMs = sum(rounds.map((round) => round.serverMs))
  return {
    callsPerSecond: (latencies.length / elapsedMs) * 1000,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    cpuMsPerCall: serverMs / latencies.length,
    busyServer: serverMs / elapsedMs,
    busyClients: sum(rounds.map((round) => round.clientsMs)) / elapsedMs,
  }
}

const toTimePerCall = ({ elapsedMs, latencies }: Round) => elapsedMs / latencies.length

export type LoadPlan = Readonly<{ clients: number; rounds: number; ms: number }>

/**
 * Both targets under the same load, in turn; a first turn of each, which warms them up, doesn't count. `timeRatio` is the
 * median of the rounds' own ratios of time per call, which noise that lasts longer than a round leaves alone.
 */
export async function compareLoad(
  generator: LoadGenerator,
  bare: Target,
  ours: Target,
  { clients, rounds, ms }: LoadPlan,
): Promise<LoadComparison> {
  const taken: { bare: Round[]; ours: Round[] } = { bare: [], ours: [] }
  for (let round = 0; round <= rounds; round++) {
    const one = await runRound(generator, bare, clients, ms)
    const other = await runRound(generator, ours, clients, ms)
    if (round === 0) continue
    taken.bare.push(one)
    taken.ours.push(other)
  }
  const [bareLoad, ourLoad] = [toLoad(taken.bare), toLoad(taken.ours)]
  const ratios = taken.ours.map((round, i) => {
    const other = taken.bare[i]
    return other ? toTimePerCall(round) / toTimePerCall(other) : Number.NaN
  })
  return {
    bare: bareLoad,
    ours: ourLoad,
    timeRatio: median(ratios),
    cpuRatio: ourLoad.cpuMsPerCall / bareLoad.cpuMsPerCall,
  }
}
