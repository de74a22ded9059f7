import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from '../src/config/config.ts'
import { defineStatement } from '../src/engine/engine.ts'
import { openRuntime, type Runtime } from '../src/runtime.ts'
import { at, spanId, traceId } from './support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from './support/lake-world.ts'

let world: LakeWorld
let runtime: Runtime

beforeEach(async () => {
  world = await createLakeWorld('runtime')
  runtime = openRuntime(parseConfig({ data: world.root }, { PARQUETRY_LOG: 'error' }))
})
afterEach(async () => {
  await runtime.close()
  await world.close()
})

/** Each engine spills into a folder of its own. */
async function findEngine(): Promise<unknown> {
  const [row] = await runtime.engine.run(
    defineStatement("SELECT current_setting('temp_directory') AS folder"),
  )
  return row?.['folder']
}

async function publish(n: number): Promise<number> {
  await world.spans('a.parquet', [
    { traceId: traceId(n), spanId: spanId(n), ns: at('2026-05-01T10:00:00Z'), name: 'x'.repeat(n) },
  ])
  await world.sync()
  return (await runtime.lake.snapshot()).manifest.generation
}

it('a new engine takes over after 32 states of the lake, and when a server has been idle', async () => {
  await publish(1)
  const first = await findEngine()
  for (let n = 2; n <= 32; n++) expect(await publish(n)).toBe(n)
  expect(await findEngine()).toBe(first)
  await publish(33)
  const second = await findEngine()
  expect(second).not.toBe(first)
  await publish(34)
  expect(await findEngine()).toBe(second)
  runtime.rest()
  expect(await findEngine()).not.toBe(second)
})
