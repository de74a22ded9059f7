import { expect, test } from 'vitest'
import { defineStatement } from '../../src/engine/engine.ts'
import { createLazyEngine } from '../../src/engine/lazy-engine.ts'
import { openEngine } from '../query/sample.ts'

const one = defineStatement('SELECT 1 AS n')

/** An engine that counts how often it is opened, and fails the first few times. */
function countOpenings(failures: number) {
  const counted = { opened: 0 }
  const engine = createLazyEngine(async () => {
    counted.opened++
    if (counted.opened <= failures) throw new Error('no room on the device')
    return openEngine()
  })
  return { counted, engine }
}

test('opens with the first statement, and once for many', async () => {
  const { counted, engine } = countOpenings(0)
  expect(counted.opened).toBe(0)
  const answers = await Promise.all(Array.from({ length: 5 }, () => engine.run(one)))
  expect(answers).toEqual(Array.from({ length: 5 }, () => [{ n: 1 }]))
  expect(counted.opened).toBe(1)
  await engine.close()
})

test('closes without having been opened, twice as well', async () => {
  const { counted, engine } = countOpenings(0)
  await engine.close()
  await engine.close()
  expect(counted.opened).toBe(0)
})

test('one that fails to open is tried again by the next statement', async () => {
  const { counted, engine } = countOpenings(1)
  await expect(engine.run(one)).rejects.toThrow('no room')
  expect(await engine.run(one)).toEqual([{ n: 1 }])
  expect(counted.opened).toBe(2)
  await engine.close()
})

test('one that failed to open closes', async () => {
  const { engine } = countOpenings(1)
  await expect(engine.run(one)).rejects.toThrow('no room')
  await expect(engine.close()).resolves.toBeUndefined()
})

test('a signal reaches the statement', async () => {
  const { engine } = countOpenings(0)
  await expect(engine.run(one, AbortSignal.abort())).rejects.toThrow('cancelled')
  await engine.close()
})

test('renewed, it opens again for the next statement, and the old one closes after its last', async () => {
  const log: string[] = []
  let free = () => {}
  const engine = createLazyEngine(async () => {
    const name = `engine ${log.filter((line) => line.endsWith('opened')).length + 1}`
    log.push(`${name} opened`)
    return {
      run: async ({ sql }) => {
        if (sql === 'slow') await new Promise<void>((resolve) => (free = resolve))
        return [{ name }]
      },
      close: async () => void log.push(`${name} closed`),
    }
  })
  engine.renew()
  expect(log).toEqual([])
  const slow = engine.run(defineStatement('slow'))
  await engine.run(one)
  engine.renew()
  expect(await engine.run(one)).toEqual([{ name: 'engine 2' }])
  expect(log).toEqual(['engine 1 opened', 'engine 2 opened'])
  free()
  expect(await slow).toEqual([{ name: 'engine 1' }])
  const last = engine.run(defineStatement('slow'))
  engine.renew()
  await engine.close()
  free()
  await last
  expect(log.toSorted()).toEqual(['engine 1 closed', 'engine 1 opened', 'engine 2 closed', 'engine 2 opened'])
})
