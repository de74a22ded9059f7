import { type Call, type Caller, calls } from './calls.ts'
import { between, pause, repeat, type SoakContext } from './soak-context.ts'

/** A fault with how long to wait between two, in ms. */
export type Fault = Readonly<{ name: string; rest: readonly [number, number]; run(): Promise<void> }>

const totalWeight = calls.reduce((sum, { weight }) => sum + weight, 0)

function pickCall(): Call {
  let left = Math.random() * totalWeight
  const found = calls.find(({ weight }) => {
    left -= weight
    return left < 0
  })
  return found ?? (calls[0] as Call)
}

/** Rest of a caller between two calls, in ms. */
const rest = [100, 400] as const

async function callOn({ stop, tally }: SoakContext, caller: Caller): Promise<void> {
  while (!stop.aborted) {
    const call = pickCall()
    const started = performance.now()
    await call.run(caller).then(
      () => tally.add(call.name, performance.now() - started),
      (error: unknown) => tally.violate(`${call.name}, group ${caller.group.name}`, error),
    )
    await pause({ stop }, between(...rest))
  }
}

/** Has all callers call and all faults happen until it is to stop. */
export async function runPhase(
  context: SoakContext,
  callers: readonly Caller[],
  faults: readonly Fault[],
): Promise<void> {
  await Promise.all([
    ...callers.map((caller) => callOn(context, caller)),
    ...faults.map(({ name, rest: between, run }) => repeat(context, name, run, between)),
  ])
}
