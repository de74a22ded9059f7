import { traces } from '../../src/catalog/services/telemetry.ts'
import { formatInstant } from '../../src/core/time-range.ts'
import { defineStatement } from '../../src/engine/engine.ts'
import { median, quantile, time } from './timing.ts'
import { type Bench, openBench } from './tools.ts'

export type Reading = Readonly<{ name: string; medianMs: number; p90Ms: number }>

/** Filters of `traces_list`, from frequent matches to none. */
const filters: Readonly<Record<string, readonly object[] | undefined>> = {
  'no filter': undefined,
  'StatusCode = Error': [{ path: 'StatusCode', eq: 'Error' }],
  'ServiceName = polyai': [{ path: 'ServiceName', eq: 'polyai' }],
  'Duration > 10 min': [{ path: 'Duration', gt: 600_000_000_000 }],
  'Attributes.cx.queue.name = Billing': [{ path: 'Attributes.cx.queue.name', eq: 'Billing' }],
  'ServiceName = nobody': [{ path: 'ServiceName', eq: 'nobody' }],
}

const idCount = 200
const warmUp = 20
const listTurns = 15
/** Pages that are turned before the deep ones are timed. */
const deepAfter = 20

const toReading = (name: string, times: readonly number[]): Reading => ({
  name,
  medianMs: median(times),
  p90Ms: quantile(times, 0.9),
})

async function measureGet(bench: Bench): Promise<Reading> {
  const snapshot = await bench.runtime.lake.snapshot()
  const rows = await bench.runtime.engine.run(
    defineStatement(
      `SELECT trace_id FROM (${snapshot.relation(traces)}) ORDER BY hash(trace_id) LIMIT ${idCount}`,
    ),
  )
  const times: number[] = []
  for (const row of rows) times.push(await time(() => bench.call('traces_get', { traceId: row['trace_id'] })))
  return toReading('traces_get', times.slice(warmUp))
}

type Page = Readonly<{ traces: readonly object[]; nextCursor?: string }>

async function measureList(bench: Bench, name: string): Promise<readonly Reading[]> {
  const snapshot = await bench.runtime.lake.snapshot()
  const range = snapshot.timeRange(traces)
  if (!range) throw new Error('no traces')
  const args = {
    startTime: formatInstant(range.startNs),
    endTime: formatInstant(range.endNs + 1n),
    limit: 100,
    ...(filters[name] && { filters: filters[name] }),
  }
  const list = async (cursor?: string) =>
    (await bench.call('traces_list', { ...args, ...(cursor && { cursor }) })) as Page
  const first: number[] = []
  for (let turn = 0; turn <= listTurns; turn++) first.push(await time(() => list()))
  const readings = [toReading(`traces_list, newest 100, ${name}`, first.slice(1))]
  let cursor = (await list()).nextCursor
  const deep: number[] = []
  for (let page = 1; cursor && page < deepAfter + listTurns; page++) {
    const at = cursor
    const took = await time(async () => {
      cursor = (await list(at)).nextCursor
    })
    if (page >= deepAfter) deep.push(took)
  }
  return deep.length > 0
    ? [...readings, toReading(`traces_list, pages ${deepAfter + 1} on, ${name}`, deep)]
    : readings
}

/** Reading one trace, and pages of the list, through the tools in this process. */
export async function measureReads(data: string): Promise<readonly Reading[]> {
  const bench = openBench(data)
  const readings = [await measureGet(bench)]
  for (const name of Object.keys(filters)) readings.push(...(await measureList(bench, name)))
  await bench.close()
  return readings
}
