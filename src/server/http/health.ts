import type { Runtime } from '../../runtime.ts'
import type { Site } from './site.ts'

type Check = Readonly<{ ready: boolean; reason?: string }>

const noStore = { 'Cache-Control': 'no-store' }

export const answerAlive = (): Response => Response.json({ status: 'ok' }, { headers: noStore })

async function checkLake({ lake }: Runtime): Promise<Check> {
  const { manifest, importState } = await lake.snapshot()
  if (importState.failure)
    return { ready: false, reason: 'The exports could not be imported; see the server log.' }
  if (manifest.partitions.length > 0) return { ready: true }
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
      ? 'The documentation index is of another model.'
      : 'The documentation is not indexed yet.',
  }
}

/** Whoever asks needs no key, so an error's own words, which may name folders, stay in the log. */
const check = (run: (runtime: Runtime) => Promise<Check>, runtime: Runtime): Promise<Check> =>
  run(runtime).catch((error: unknown) => {
    runtime.log.error(`readyz: ${error instanceof Error ? error.stack : error}`)
    return { ready: false, reason: 'It cannot be read; see the server log.' }
  })

/** Whether the lake and the index of every open group can be read, and if not, why. */
export async function answerReady(site: Site): Promise<Response> {
  if (site.stopping() !== undefined)
    return Response.json({ status: 'stopping' }, { status: 503, headers: noStore })
  const groups = await Promise.all(
    site.groups.list().map(async ({ group, runtime }) => ({
      group,
      lake: await check(checkLake, runtime),
      knowledge: await check(checkKnowledge, runtime),
    })),
  )
  const isReady = groups.every(({ lake, knowledge }) => lake.ready && knowledge.ready)
  // Names of groups are no business of who asks without a key.
  const shown = site.isOpen() ? groups : groups.map(({ group: _, ...rest }) => rest)
  return Response.json(
    { status: isReady ? 'ready' : 'not ready', groups: shown },
    { status: isReady ? 200 : 503, headers: noStore },
  )
}
