import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createLimits } from '../../../src/server/http/limits.ts'
import { window } from '../../support/contract-calls.ts'
import { makeData, makeKey, type Reply, type RunningServer, startServer } from './running-server.ts'

let data: string
let server: RunningServer
let greedy: string
let modest: string
beforeAll(async () => {
  data = await makeData(inject('sampleData'))
  greedy = makeKey(data, 'greedy').key
  modest = makeKey(data, 'modest').key
  server = await startServer(data)
})
afterAll(async () => {
  await server?.stop()
  await rm(data, { recursive: true, force: true })
})

const most = 4
const queued = 32

const aggregates = ['p50', 'p90', 'p95', 'p99', 'median'].map((fn) => ({ name: fn, fn, path: 'Duration' }))
const scalar = Array.from({ length: 6 }, (_, i) => ({
  key: `q${i}`,
  service: 'spans',
  group_by: ['SpanName'],
  aggregates,
}))
const heavy = (init?: RequestInit) =>
  server.call(greedy, 'traces_query', { ...window, queries: { scalar } }, init)

/** Calls with the other key, one after the other, until it is enough; gives the time of each in ms. */
async function timeLight(isEnough: (times: readonly number[]) => boolean): Promise<readonly number[]> {
  const times: number[] = []
  while (!isEnough(times)) {
    const started = performance.now()
    const { status } = await server.call(modest, 'traces_list', { ...window, limit: 5 })
    expect(status).toBe(200)
    times.push(performance.now() - started)
  }
  return times
}
const p95 = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0

const countRunning = async () => {
  const { text } = await server.fetch('/metrics')
  return Number(/^parquetry_calls_in_flight (\d+)$/m.exec(text)?.[1])
}

describe('one key with 40 heavy calls at once', () => {
  it('has some run, some wait and some refused, while another key goes on', async () => {
    await heavy()
    const alone = p95(await timeLight(({ length }) => length === 20))
    const [started, answers] = [performance.now(), Array.from({ length: 40 }, () => heavy())]
    let isOver = false
    const all: Promise<readonly Reply[]> = Promise.all(answers).finally(() => {
      isOver = true
    })
    const peaks: number[] = []
    const watch = (async () => {
      while (!isOver) {
        peaks.push(await countRunning())
        await sleep(20)
      }
    })()
    const beside = await timeLight(({ length }) => isOver || length === 40)
    const replies = await all
    const took = performance.now() - started
    await watch
    const busy = replies.filter(({ status }) => status === 429)
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(most + queued)
    expect(busy).toHaveLength(40 - most - queued)
    for (const { headers, body } of busy) {
      expect(headers.get('retry-after')).toBe('30')
      expect(body).toMatchObject({
        id: expect.any(Number),
        error: { message: expect.stringMatching(/Wait/) },
      })
    }
    expect(Math.max(...peaks)).toBeLessThanOrEqual(most + 1)
    // Beside four heavy calls a light one waits for some of their work, never for the queue behind them.
    expect(beside.length).toBeGreaterThan(4)
    expect(p95(beside)).toBeLessThan(Math.max(alone * 20, took / 3))
  })

  it('gives the places of clients that vanish to others, running or waiting', async () => {
    const gone = new AbortController()
    const answers = Array.from({ length: most + queued }, () => heavy({ signal: gone.signal }))
    const settled = Promise.allSettled(answers)
    while ((await countRunning()) < most) await sleep(20)
    gone.abort()
    await settled
    // The server hears of it a moment later than the clients.
    await expect.poll(countRunning).toBe(0)
    expect((await heavy()).status).toBe(200)
    const { text } = await server.fetch('/metrics')
    expect(text).toMatch(/parquetry_refusals_total\{reason="busy"\} 4$/m)
    expect(server.log()).not.toMatch(/ error /)
  })
})

describe('limits of a caller', () => {
  const here = new AbortController().signal
  const open = (now = () => 0) =>
    createLimits({ perMinute: 1_000, concurrent: 2, waiting: 2, waitMs: 50 }, now)
  const isFree = async (limits: ReturnType<typeof open>, signal = here) =>
    (await limits.enter('k', signal)) !== undefined

  it('are as many as they were, whatever the order of leaving, waiting and ending', async () => {
    const limits = open()
    for (let round = 0; round < 50; round++) {
      const leaving = new AbortController()
      const asked = [here, here, leaving.signal, here].map((signal) => limits.enter('k', signal))
      const late = limits.enter('k', here)
      const [first, second] = await Promise.all(asked.slice(0, 2))
      if (round % 2 === 0) leaving.abort()
      for (const given of [first, second]) {
        given?.()
        given?.()
      }
      leaving.abort()
      const rest = await Promise.all([...asked.slice(2), late])
      expect(rest.filter((given) => given).length).toBeGreaterThan(0)
      for (const given of rest) given?.()
    }
    expect(await Promise.all([isFree(limits), isFree(limits), isFree(limits)])).toEqual([true, true, false])
  })

  it('take no place for a client that is gone before its turn', async () => {
    const limits = open()
    expect(await isFree(limits, AbortSignal.abort())).toBe(false)
    expect(await Promise.all([isFree(limits), isFree(limits)])).toEqual([true, true])
    const started = performance.now()
    expect(await isFree(limits, AbortSignal.abort())).toBe(false)
    expect(performance.now() - started).toBeLessThan(40)
  })

  it('hold in any minute, not only from one to the next', () => {
    let at = 0
    const limits = createLimits({ perMinute: 3, concurrent: 1, waiting: 0, waitMs: 1 }, () => at)
    const ask = (ms: number) => {
      at = ms
      const { isOver, retryAfter, headers } = limits.count('k')
      return [isOver, retryAfter, headers.RateLimit]
    }
    expect(ask(0)).toEqual([false, 60, '"minute";r=2;t=60'])
    expect(ask(58_000)).toEqual([false, 2, '"minute";r=1;t=2'])
    expect(ask(59_000)).toEqual([false, 1, '"minute";r=0;t=1'])
    expect(ask(59_999)).toEqual([true, 1, '"minute";r=0;t=1'])
    // The first is out of the minute, the two others are not.
    expect(ask(60_000)).toEqual([false, 58, '"minute";r=0;t=58'])
    expect(ask(60_001)).toEqual([true, 58, '"minute";r=0;t=58'])
    expect(ask(118_000)).toEqual([false, 1, '"minute";r=0;t=1'])
    expect(ask(200_000)).toEqual([false, 60, '"minute";r=2;t=60'])
  })

  it('forget callers that have gone, and no others', () => {
    let at = 0
    const limits = createLimits({ perMinute: 1, concurrent: 1, waiting: 0, waitMs: 1 }, () => at)
    const ask = (id: string) => !limits.count(id).isOver
    for (let i = 0; i < 5_000; i++) ask(`b${i}`)
    at = 50_000
    expect(ask('a')).toBe(true)
    at = 70_000
    expect([ask('b1'), ask('a')]).toEqual([true, false])
    at = 130_000
    expect([ask('a'), ask('a')]).toEqual([true, false])
  })
})

describe('one key that sends large bodies without rest', () => {
  it.each([
    ['malformed', `{"x":[${'{"a":[1,2,{"b":"c"}]},'.repeat(45_000)}`],
    [
      'well-formed',
      `{"jsonrpc":"2.0","method":"ping","id":1,"params":{"x":[${'{"a":[1]},'.repeat(99_000)}0]}}`,
    ],
  ])('does not keep another from its answers: %s', async (_, body) => {
    const flood = makeKey(data, `flood ${body.length}`).key
    const stop = new AbortController()
    const statuses: number[] = []
    const send = async () => {
      while (!stop.signal.aborted) statuses.push((await server.rpc(flood, 'ping', {}, { body })).status)
    }
    const senders = Array.from({ length: 16 }, send)
    while (statuses.length < 200) await sleep(20)
    const before = statuses.length
    const times = await timeLight(({ length }) => length === 10)
    const refused = statuses.slice(before)
    stop.abort()
    await Promise.all(senders)
    expect(new Set(refused)).toEqual(new Set([429]))
    expect(Math.max(...times)).toBeLessThan(5_000)
  })
})
