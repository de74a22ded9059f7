import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../src/config/config.ts'
import { AppError } from '../../src/core/errors.ts'
import { openRuntime } from '../../src/runtime.ts'
import { defineTool } from '../../src/tools/define-tool.ts'

const context = {
  runtime: openRuntime(parseConfig({ data: '/nonexistent' }, {})),
  signal: new AbortController().signal,
}

const failTimes = (times: number, code: 'stale' | 'not_found') => {
  let runs = 0
  return defineTool({
    name: 'probe',
    title: 'Probe',
    description: 'Fails some times, then counts its runs.',
    input: z.strictObject({}),
    output: z.object({ runs: z.number() }),
    run: async () => {
      runs += 1
      if (runs <= times) throw new AppError({ code, message: 'as told' })
      return { runs }
    },
    toText: (output) => String(output.runs),
  })
}

describe('a tool whose data is replaced in the middle of a call', () => {
  it('runs once more, on the new data', async () => {
    expect(await failTimes(1, 'stale').call({}, context)).toEqual({
      output: { runs: 2 },
      text: '2',
      links: [],
    })
  })

  it('gives up when it happens again', async () => {
    await expect(failTimes(2, 'stale').call({}, context)).rejects.toMatchObject({
      details: { code: 'stale' },
    })
  })

  it('does not repeat what failed for another reason', async () => {
    await expect(failTimes(1, 'not_found').call({}, context)).rejects.toMatchObject({
      details: { code: 'not_found' },
    })
  })
})
