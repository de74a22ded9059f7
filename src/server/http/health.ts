import { defaultGroup } from '../../auth/principal.ts'
import { traces } from '../../catalog/services/telemetry.ts'
import { waitAtMost } from '../../core/wait-at-most.ts'
import type { Runtime } from '../../runtime.ts'
import type { Site } from './site.ts'

type Check = Readonly<{ ready: boolean; reason?: string }>

const noStore = { 'Cache-Control': 'no-store' }

export const answerAlive = (): Response => Response.json({ status: 'ok' }, { headers: noStore })

async function checkLake({ lake, engine }: Runtime): Promise<Check> {
  const { manifest, importState, relation } = await lake.snapshot()
  const reason = importState.failure && 'New exports could not be imported; see the server log.'
  // What was imported before still answers.
  if (manifest.partitions.length > 0) {
    await engine.run({ sql: `SELECT 1 FROM (${relation(traces)}) LIMIT 1`, params: [] })
    return { ready: true, ...(reason && { reason }) }
  }
  if (reason) return { ready: false, reason }
  return importState.isImporting
    ? { ready: false, reason: 'The first import is still running.' }
    : { ready: true, reason: 'There are no exports yet.' }
}

async function checkKnowledge({ knowledge }: Runtime): Promise<Check> {
  const { ready, indexedAt } = await knowledge.describe()
  if (ready) return { ready }
  return {
    ready: false,
    reason: indexedAt
      ? 'The documentation index is of another model, or gone; the next question has it made anew.'
      : 'The documentation is not indexed yet.',
  }
}

/** Whoever asks needs no key, so an error's own words, which may name folders, stay in the log. */
const check = (run: (runtime: Runtime) => Promise<Check>, runtime: Runtime): Promise<Check> =>
  run(runtime).catch((error: unknown) => {
    runtime.log.error(`readyz: ${error instanceof Error ? error.stack : error}`)
    return { ready: false, reason: 'It cannot be read; see the server log.' }
  })

const isReady = ({ lake, knowledge }: Readonly<{ lake: Check; knowledge: Check }>) =>
  lake.ready && knowledge.ready

async function checkGroup(runtime: Runtime) {
  const [lake, knowledge] = await Promise.all([check(checkLake, runtime), check(checkKnowledge, runtime)])
  return { lake, knowledge }
}

/** Time in ms that the answer waits for other groups, one of which may be importing. */
const othersMs = 500

/**
 * Whether the lake and the index of the default group can be read, and if not, why. Another group in use that is not ready takes
 * the service from nobody else, and whoever asks may know of none: the state is `degraded` then.
 */
export async function answerReady(site: Site): Promise<Response> {
  if (site.stopping() !== undefined)
    return Response.json({ status: 'stopping' }, { status: 503, headers: noStore })
  const open = site.groups.list()
  const others = open.filter(({ group }) => group !== defaultGroup)
  // To look at an open group is no use of it, which would keep it from resting.
  const known = open.find(({ group }) => group === defaultGroup)
  const areReady = Promise.all(others.map(async ({ runtime }) => isReady(await checkGroup(runtime))))
  const [own, ready] = await Promise.all([
    checkGroup(known?.runtime ?? site.groups.get(defaultGroup)),
    waitAtMost(areReady, othersMs, [false]),
  ])
  const isServing = isReady(own)
  const status = isServing ? (ready.every(Boolean) ? 'ready' : 'degraded') : 'not ready'
  return Response.json({ status, ...own }, { status: isServing ? 200 : 503, headers: noStore })
}
