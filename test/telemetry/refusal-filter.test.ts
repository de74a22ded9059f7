import { expect, it } from 'vitest'
import type { FinishedCall } from '../../src/telemetry/call.ts'
import { createRefusalFilter } from '../../src/telemetry/refusal-filter.ts'

const call = (end: FinishedCall['end'], key?: string): FinishedCall => ({
  start: { method: 'http', transport: 'tcp', ...(key !== undefined && { key }) },
  end,
  method: 'other',
  name: '',
  startedAt: 0,
  durationMs: 1,
})
const refused = (code: string, key?: string) => call({ outcome: 'refused', code }, key)

it('gives a line to every call that was not refused', () => {
  const pick = createRefusalFilter(() => 0)
  for (let i = 0; i < 1_000; i++)
    for (const outcome of ['ok', 'tool_error', 'error', 'cancelled'] as const)
      expect(pick(call({ outcome }))).toBe(0)
})

it('gives twenty lines a minute to refusals alike, and then says how many had none', () => {
  let now = 5_000
  const pick = createRefusalFilter(() => now)
  const run = (times: number) => Array.from({ length: times }, () => pick(refused('unknown')))
  expect(run(20)).toEqual(Array(20).fill(0))
  expect(run(300)).toEqual(Array(300).fill(undefined))
  now += 59_999
  expect(run(1)).toEqual([undefined])
  now += 1
  expect(run(3)).toEqual([301, 0, 0])
  now += 60_000
  expect(run(1)).toEqual([0])
})

it('counts reasons and keys apart', () => {
  const pick = createRefusalFilter(() => 0)
  for (let i = 0; i < 100; i++) pick(refused('unknown'))
  expect(pick(refused('unknown'))).toBeUndefined()
  for (const other of [
    refused('rate', 'a'),
    refused('rate', 'b'),
    refused('unknown', 'a'),
    refused('expired'),
  ])
    expect(pick(other)).toBe(0)
})

it('forgets what is over, and never remembers without end', () => {
  let now = 0
  const pick = createRefusalFilter(() => now)
  for (let i = 0; i < 30; i++) pick(refused('known'))
  for (let i = 0; i < 998; i++) pick(refused(`other ${i}`))
  expect(pick(refused('known'))).toBeUndefined()
  now += 60_000
  for (let i = 0; i < 3_000; i++) expect(pick(refused(`another ${i}`))).toBe(0)
  expect(pick(refused('known'))).toBe(0)
})
