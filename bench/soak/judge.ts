import type { Soak } from './open-soak.ts'
import type { Tally } from './tally.ts'
import { listGrowth, type Vitals } from './vitals.ts'

/** By what share memory may differ, and how many more files or resources may be open. */
const mostGrowth = 0.1
const mostMore = 4

/** One thing that must be so, with what was found. */
export type Check = Readonly<{ what: string; found: string; isRight: boolean }>

const toCheck = (what: string, faults: readonly string[], found = 'none'): Check => ({
  what,
  found: faults.length === 0 ? found : faults.join('; ').slice(0, 1_000),
  isRight: faults.length === 0,
})

const toGrowthCheck = (what: string, before: readonly string[], after: readonly string[]): Check => ({
  what,
  found: `${before.length}, ${after.length}; ${listGrowth(before, after).join(', ') || 'nothing new'}`,
  isRight: after.length <= before.length + mostMore,
})

/** In a shorter run the warm-up is too short for caches to fill, so that their growth says nothing. */
const leastMinutes = 10

/** What a server holds after all, compared with after the warm-up. */
export function judgeVitals(before: Vitals, after: Vitals, minutes: number): readonly Check[] {
  const isTooShort = minutes < leastMinutes
  const growth = after.rss / before.rss - 1
  return [
    {
      what: `resident memory, idle, within ${mostGrowth * 100} %`,
      found: `${before.rss.toFixed(0)} MB, ${after.rss.toFixed(0)} MB: ${(growth * 100).toFixed(1)} %${isTooShort ? `, judged from ${leastMinutes} minutes on` : ''}`,
      isRight: isTooShort || growth <= mostGrowth,
    },
    {
      what: 'heap, idle, within 10 % or 8 MB',
      found: `${before.heap.toFixed(1)} MB, ${after.heap.toFixed(1)} MB`,
      isRight: after.heap <= Math.max(before.heap * (1 + mostGrowth), before.heap + 8),
    },
    ...(before.files && after.files ? [toGrowthCheck('open files', before.files, after.files)] : []),
    toGrowthCheck('open resources of Node', before.resources, after.resources),
  ]
}

/** What the server wrote of calls that failed for a reason of its own. */
function listLogged(log: string): readonly string[] {
  const lines = log.split('\n').filter((line) => line.startsWith('{') && line.includes('"outcome":"error"'))
  return lines.length === 0 ? [] : [`${lines.length}, the first: ${lines[0]}`]
}

/** All that must be so at the end. Stops the server. */
export async function judgeEnd(
  soak: Soak,
  tally: Tally,
  vitals: readonly Check[],
): Promise<readonly Check[]> {
  const refused: string[] = []
  for (const { key, state, id } of soak.ring.held) {
    if (state !== 'active') continue
    const { status } = await soak.client.ask(key, 'ping', {}, 'legacy')
    if (status !== 200 && status !== 429) refused.push(`${id}: ${status}`)
  }
  soak.client.rest()
  const left = await soak.finish()
  const log = await soak.readLog()
  const shown = soak.ring.held.filter(({ key }) => log.includes(key.slice(3))).map(({ id }) => id)
  const violations = tally.violations().map(({ what, times, first }) => `${what} (${times}): ${first}`)
  return [
    toCheck('wrong answers and faults', violations),
    ...vitals,
    toCheck(
      'keys lost or changed',
      [...soak.ring.listFaults(), ...refused],
      `none of ${soak.ring.held.length}`,
    ),
    toCheck('keys in the log', shown),
    toCheck('calls that failed inside', listLogged(log)),
    toCheck('lakes recounted, server stopped', left, 'right'),
  ]
}
