import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from './client.ts'
import type { Tally } from './tally.ts'

/** What all that runs side by side shares. */
export type SoakContext = Readonly<{ client: Client; tally: Tally; stop: AbortSignal }>

/** Waits, less if it is to stop. */
export const pause = ({ stop }: Pick<SoakContext, 'stop'>, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: stop }).catch(() => {})

/** Any number up to a bound, but not below another. */
export const between = (least: number, most: number): number => least + Math.random() * (most - least)

/** Does something again and again until it is to stop; what it throws is a violation. */
export async function repeat(
  context: SoakContext,
  name: string,
  work: () => Promise<void>,
  [least, most]: readonly [number, number],
): Promise<void> {
  while (!context.stop.aborted) {
    const started = performance.now()
    await work().then(
      () => context.tally.add(name, performance.now() - started),
      (error: unknown) => context.tally.violate(name, error),
    )
    await pause(context, between(least, most))
  }
}
