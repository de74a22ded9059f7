import assert from 'node:assert/strict'
import { pause, type SoakContext } from './soak-context.ts'

const minuteMs = 60_000
/** After a minute the next begins with the first request in it. */
const longestMinuteMs = 63_000
/** How many ask at a time; more than that run at a time for one key would wait. */
const parallel = 3

/** Asks by one key as fast as it can; `findFault` says whether it got more, or much less, than its limit allows. */
export function createGreed({ client, ...context }: SoakContext, key: string, perMinute: number) {
  let answered = 0
  let refused = 0
  let startedAt = 0
  let endedAt = 0

  const ask = async (stop: () => void) => {
    const { status, headers, body, error } = await client.ask(key, 'ping', {}, 'legacy')
    endedAt = performance.now()
    if (status === 200) {
      answered += 1
      return
    }
    assert.equal(status, 429, body)
    assert.ok(Number(headers['retry-after']) > 0 && error !== undefined, `a poor refusal: ${body}`)
    refused += 1
    stop()
  }
  return {
    /** Asks until it is told to wait. */
    step: async () => {
      startedAt ||= performance.now()
      let isOver = false
      const drive = async () => {
        while (!isOver && !context.stop.aborted)
          await ask(() => {
            isOver = true
          })
      }
      await Promise.all(Array.from({ length: parallel }, drive))
      await pause(context, 500)
    },
    findFault: (): string | undefined => {
      const elapsedMs = endedAt - startedAt
      const least = Math.floor(elapsedMs / longestMinuteMs) * perMinute
      const most = (Math.floor(elapsedMs / minuteMs) + 1) * perMinute
      const isKept = answered >= least && answered <= most && (least === 0 || refused > 0)
      return isKept ? undefined : `${answered} answered and ${refused} refused, not ${least} to ${most}`
    },
    answered: () => answered,
  }
}
