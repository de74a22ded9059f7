import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLakeFacts } from '../../src/cli/lake/lake-facts.ts'
import { type Page, printJson, wrapPieces } from '../../src/cli/lake/page.ts'
import { showChecks } from '../../src/cli/lake/show-checks.ts'
import { showLake } from '../../src/cli/lake/show-lake.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { parseConfig } from '../../src/config/config.ts'
import { at, spanId, traceId } from '../support/lake-rows.ts'
import { createLakeWorld, type LakeWorld } from '../support/lake-world.ts'

let world: LakeWorld
beforeEach(async () => {
  world = await createLakeWorld('lake-page')
})
afterEach(() => world.close())

const start = at('2026-05-01T22:00:00Z')
const span = (trace: number, id: number, name = 'work') => ({
  traceId: traceId(trace),
  spanId: spanId(id),
  ns: start + BigInt(trace) * 3_600_000_000_000n + BigInt(id),
  name,
})

/** Signs that a terminal obeys or hides. */
const unseen = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u{E0000}-\u{E007F}]/u
const hasUnseen = (text: string) => unseen.test(text.replaceAll('\n', ''))

/** A page of a width, and the lines that were printed on it. */
function createTestPage(width: number): Page & Readonly<{ lines: string[] }> {
  const lines: string[] = []
  const plain = (text: string) => text
  const terminal: Terminal = {
    line: (text = '') => lines.push(...text.split('\n')),
    bold: plain,
    dim: plain,
    accent: plain,
    during: (work) => work(() => {}),
  }
  return { terminal, width, isWhole: false, lines }
}

describe('what fits on a line', () => {
  it.each([60, 80, 120])('is no wider than %i characters, however long the paths', async (width) => {
    const long = `${'a'.repeat(90)}/${'b'.repeat(90)}-end`
    await world.spans(`${long}.parquet`, [span(1, 1, 'cx.interaction.agent'), { ...span(4, 1), spanId: '' }])
    await writeFile(join(world.exportsDir, `${long}.txt`), 'hello')
    await world.sync()
    await writeFile(join(world.lakeDir, `${'c'.repeat(200)}.parquet`), '')
    await world.spans(`${long}-2.parquet`, [span(1, 1)])
    const page = createTestPage(width)
    const facts = await readLakeFacts(parseConfig({ data: world.root }, {}))
    showLake(page, { ...facts, lakeDir: 'lake', exportsDir: 'exports' })
    expect(page.lines.filter((line) => line.length > width)).toEqual([])
    expect(page.lines.filter((line) => line.includes('end.parquet'))).not.toEqual([])
    expect(page.lines.some((line) => line.includes('…'))).toBe(true)
  })

  it('wraps the figures and the differences of checks', () => {
    const page = createTestPage(60)
    const check = {
      name: 'journey_interaction',
      about: 'every row is as it should be, which takes more than one line to say',
      figures: { expected: 1_234_567, inLake: 1_234_566, missing: 1, checksum: 'x'.repeat(16), extra: 0 },
      differences: ['a\u001bb: 1 row missing', ...Array.from({ length: 20 }, (_, i) => `place ${i}`)],
    }
    showChecks(page, [check, { ...check, name: 'ok', differences: [] }])
    expect(page.lines.filter((line) => line.length > 60)).toEqual([])
    expect(page.lines[0]).toBe('  WRONG  journey_interaction  1,234,567 expected,')
    expect(page.lines).toContain('         a\\u001bb: 1 row missing')
    expect(page.lines).toContain('         and 13 more; --all shows them')
    expect(page.lines.filter((line) => line.startsWith('  ok '))).toHaveLength(1)
  })

  it('is never broken within a piece', () => {
    expect(wrapPieces(['aa', 'bb', 'cccccc', 'd'], 5)).toEqual(['aa bb', 'cccccc', 'd'])
    expect(wrapPieces([], 5)).toEqual([])
  })

  it('is JSON that reads back as it was', () => {
    const page = createTestPage(80)
    const value = { text: 'a\u001b\u009b\u202e\u{e0041}\u{1f3a7}\n"ü' }
    printJson(page.terminal, value)
    expect(page.lines.some(hasUnseen)).toBe(false)
    expect(JSON.parse(page.lines.join('\n'))).toEqual(value)
  })
})
