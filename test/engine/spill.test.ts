import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDuckDbEngine } from '../../src/engine/duckdb/create-duckdb-engine.ts'
import { defineStatement } from '../../src/engine/engine.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'parquetry-spill-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const openEngine = () =>
  createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [root],
    spillDirectory: join(root, 'spill'),
    memoryLimitMb: 80,
    timeoutMs: 0,
  })

/** Sorts more than the memory limit holds. */
const sort = defineStatement(
  `SELECT count(*) AS n, sum(place) AS total
FROM (SELECT row_number() OVER (ORDER BY hash(i)) AS place, repeat('x', 40) AS text FROM range(3000000) AS r(i))`,
)

test('engines that share a spill folder spill into folders of their own, and take them along', async () => {
  const engines = await Promise.all([openEngine(), openEngine()])
  const expected = [{ n: 3_000_000, total: 4_500_001_500_000 }]
  expect(await Promise.all(engines.map((engine) => engine.run(sort)))).toEqual([expected, expected])
  await engines[0]?.close()
  expect(await engines[1]?.run(sort)).toEqual(expected)
  await engines[1]?.close()
  expect(existsSync(join(root, 'spill')) ? readdirSync(join(root, 'spill')) : []).toEqual([])
})
