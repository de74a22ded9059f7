import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { median } from '../lake/timing.ts'
import { type Era, toParams } from './messages.ts'

/** What is put behind `node` on a command line. */
type Command = readonly string[]

const initialize = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1.0.0' },
}

/** Starts a server, asks for its tools as a client of the era does, and gives the ms until the answer; then the server is gone. */
async function start(command: Command, era: Era): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, [...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, PARQUETRY_LOG: 'error' },
  })
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const list = () => send({ id: 2, method: 'tools/list', params: toParams(era, {}) })
  const answered = new Promise<void>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`ended (${code}) before it answered: ${command.join(' ')}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, result } = JSON.parse(line)
      if (!result) fail(new Error(line.slice(0, 500)))
      if (id === 2) return done()
      send({ method: 'notifications/initialized' })
      list()
    })
  })
  if (era === 'modern') list()
  else send({ id: 1, method: 'initialize', params: initialize })
  await answered
  const took = performance.now() - started
  const gone = once(child, 'close')
  // As a client ends it: what Node compiled is kept for the next start then.
  child.stdin.end()
  await gone
  return took
}

export type StartComparison = Readonly<{ bareMs: number; oursMs: number }>

/**
 * From the start of the process to the first answer to `tools/list`, in ms: medians of so many starts of each, in turn. The
 * first of each, which finds cold files and nothing compiled, doesn't count.
 */
export async function compareStarts(
  bare: Command,
  ours: Command,
  era: Era,
  turns: number,
): Promise<StartComparison> {
  const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] }
  for (let turn = 0; turn <= turns; turn++) {
    const [one, other] = [await start(bare, era), await start(ours, era)]
    if (turn === 0) continue
    times.bare.push(one)
    times.ours.push(other)
  }
  return { bareMs: median(times.bare), oursMs: median(times.ours) }
}
