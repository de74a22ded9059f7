import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../src/config/config.ts'
import { defineStatement } from '../src/engine/engine.ts'
import { type Groups, openGroups } from '../src/groups.ts'

const idleMs = 600
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
    const [red, own] = [groups.get('red'), groups.get('default')]
    expect(groups.list().map(({ group }) => group)).toEqual(['red', 'default'])
    expect(red.config.exportsDir).toBe(join(data, 'groups', 'red', 'exports'))
    expect(own.config.exportsDir).toBe(join(data, 'exports'))
  })

  it('refuse what is no name', () => {
    expect(() => groups.get('../default')).toThrow(/group/)
    expect(groups.list()).toEqual([])
  })

  it('stay as they are, and an unused one gives its memory back', async () => {
    const red = groups.get('red')
    await red.engine.run(one)
    groups.get('red')
    let rests = 0
    const { rest } = red
    Object.assign(red, {
      rest: () => {
        rests += 1
        rest()
      },
    })
    for (let i = 0; i < 6; i++) {
      expect(groups.get('red')).toBe(red)
      expect(await red.engine.run(one)).toEqual([{ one: 1 }])
      await pause(idleMs / 3)
    }
    expect(rests).toBe(0)
    for (let i = 0; i < 6; i++) {
      groups.list()
      await pause(idleMs / 3)
    }
    expect(rests).toBe(1)
    expect(await red.engine.run(one)).toEqual([{ one: 1 }])
  })
})
