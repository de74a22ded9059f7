import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../src/config/config.ts'
import { defineStatement } from '../src/engine/engine.ts'
import { type Groups, openGroups } from '../src/groups.ts'

const idleMs = 150
const one = defineStatement('SELECT 1 AS one')

describe('groups', () => {
  let data: string
  let groups: Groups
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'parquetry-groups-'))
    groups = openGroups(parseConfig({ data }, {}), idleMs)
  })
  afterEach(async () => {
    await groups.close()
    await rm(data, { recursive: true, force: true })
  })

  it('open at their first use, each with folders of its own', () => {
    expect(groups.list()).toEqual([])
    const [red, own] = [groups.lease('red'), groups.lease('default')]
    expect(groups.list()).toEqual(['red', 'default'])
    expect(red.runtime.config.exportsDir).toBe(join(data, 'groups', 'red', 'exports'))
    expect(own.runtime.config.exportsDir).toBe(join(data, 'exports'))
  })

  it('refuse what is no name', () => {
    expect(() => groups.lease('../default')).toThrow(/group/)
    expect(groups.list()).toEqual([])
  })

  it('stay open while anybody uses them, and are closed when nobody has for a while', async () => {
    const [first, other] = [groups.lease('red'), groups.lease('red')]
    expect(other.runtime).toBe(first.runtime)
    first.release()
    first.release()
    await pause(2 * idleMs)
    expect(groups.list()).toEqual(['red'])
    expect(await other.runtime.engine.run(one)).toEqual([{ one: 1 }])
    other.release()
    groups.lease('red').release()
    await pause(3 * idleMs)
    expect(groups.list()).toEqual([])
    const again = groups.lease('red')
    expect(again.runtime).not.toBe(first.runtime)
    expect(await again.runtime.engine.run(one)).toEqual([{ one: 1 }])
  })
})
