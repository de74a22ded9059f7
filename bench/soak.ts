import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { header, row, say } from './http/print.ts'
import { createExportChanges } from './soak/change-exports.ts'
import { createKeyChanges } from './soak/change-keys.ts'
import { createGreed } from './soak/exceed-limit.ts'
import { judgeEnd, judgeVitals } from './soak/judge.ts'
import { openSoak, perMinute } from './soak/open-soak.ts'
import { createIndexRebuild } from './soak/rebuild-index.ts'
import { type Fault, runPhase } from './soak/run-phase.ts'
import { createTally } from './soak/tally.ts'
import { findResidentMb, readVitals } from './soak/vitals.ts'

/**
 * Whether a server stays right and small while much goes wrong around it: `node bench/soak.ts --minutes 30`. Several keys of
 * two groups ask over HTTP in both eras, while clients vanish, exports come and go, importers are killed, a disk is full, the
 * index is rebuilt, and keys are made and revoked. What each call may answer is known. Exit code 1 when anything is wrong.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    /** Whether its folder is kept. */
    keep: { type: 'boolean', default: false },
  },
})

const minutes = Number(values.minutes)
const warmUpShare = 0.25

const tally = createTally()
const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())

say(`${cpus().length} x ${cpus()[0]?.model}, Node.js ${process.version}, ${minutes} minutes`)
const soak = await openSoak()
const { client, ring, groups, callers, server, docs } = soak
server.child.once('exit', (code, signal) => {
  if (code === 0) return
  tally.violate('the server ended', signal ?? code)
  interrupt.abort()
})
say(
  soak.disk
    ? 'The lake of one group lies on a small disk of its own, which is filled at times.'
    : 'Skipped: a full disk, since none can be mounted here.',
)

/** All goes on until the time is over; then all is put back to how it was, and the server has nothing to do. */
async function runFor(ms: number, withGreed: boolean) {
  const stop = AbortSignal.any([AbortSignal.timeout(ms), interrupt.signal])
  const context = { client, tally, stop }
  const exportChanges = groups.map((group) =>
    createExportChanges({
      context,
      group,
      key: callers.find((caller) => caller.group === group)?.key ?? '',
      disk: group.name === 'team' ? soak.disk : undefined,
      server: server.pid,
    }),
  )
  const rebuild = createIndexRebuild(docs, soak.data)
  const greed = createGreed(context, ring.create(`greedy-${withGreed}`, 'default').key, perMinute)
  const faults: readonly Fault[] = [
    ...exportChanges.map(({ step }, at) => ({
      name: `exports of ${groups[at]?.name} changed`,
      rest: [500, 3_000] as const,
      run: step,
    })),
    { name: 'index rebuilt', rest: [8_000, 20_000], run: rebuild },
    {
      name: 'a key made, used, ended',
      rest: [4_000, 7_000],
      run: createKeyChanges(context, ring, ['default', 'team']),
    },
    ...(withGreed ? [{ name: 'a limit used up', rest: [0, 1] as const, run: greed.step }] : []),
  ]
  await runPhase(context, callers, faults)
  for (const { reset } of exportChanges)
    await reset().catch((error) => tally.violate('exports put back', error))
  if (docs.isThere()) await rebuild()
  if (withGreed) {
    const fault = greed.findFault()
    tally.add(`requests by a key that asks without rest, ${greed.answered()} answered`)
    if (fault !== undefined) tally.violate('a limit of requests', fault)
  }
  client.rest()
  return readVitals(server)
}

const started = performance.now()
const watch = setInterval(async () => {
  const resident = await findResidentMb(server.pid)
  const done = tally.counts().reduce((sum, count) => sum + count.done, 0)
  row(((performance.now() - started) / 60_000).toFixed(0), String(done), resident ?? '')
}, 60_000)

let isKept = true
try {
  header('minute', 'done', 'resident, under load [MB]')
  const warm = await runFor(minutes * 60_000 * warmUpShare, false)
  row('after the warm-up, idle', '', warm.rss)
  const after = await runFor(minutes * 60_000 * (1 - warmUpShare), true)
  clearInterval(watch)
  const checks = await judgeEnd(soak, tally, judgeVitals(warm, after, minutes))
  header('done', 'times', 'mean [ms]', 'longest [ms]')
  for (const { what, done, mean, longest } of tally.counts()) row(what, String(done), mean, longest)
  header('must be', 'found', '')
  for (const { what, found, isRight } of checks)
    row(what, found.replaceAll(/\s+/g, ' '), isRight ? 'right' : 'WRONG')
  const isRight = checks.every((check) => check.isRight)
  isKept = !isRight || values.keep
  process.exitCode = isRight ? 0 : 1
} finally {
  clearInterval(watch)
  await soak.close(isKept)
  if (isKept) say(`\nKept: ${soak.dir}`)
}
