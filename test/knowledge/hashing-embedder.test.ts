import { describe, expect, it } from 'vitest'
import { createHashingEmbedders } from '../support/hashing-embedders.ts'

const embedders = createHashingEmbedders()
const embedder = await embedders.open()
const embed = (...texts: string[]) => embedder.embed(texts, 'passage')
const dot = (a: Float32Array | undefined, b: Float32Array | undefined) =>
  [...(a ?? [])].reduce((sum, value, index) => sum + value * (b?.[index] ?? Number.NaN), 0)

async function likeness(a: string, b: string): Promise<number> {
  const [left, right] = await embed(a, b)
  return dot(left, right)
}

describe('hashing embedder', () => {
  it('names its kind and size', async () => {
    expect(embedder.dimensions).toBe(256)
    expect(await embedders.fingerprint()).toContain('256')
  })

  it('gives vectors of length 1 in order, the same each time', async () => {
    const texts = ['packet loss', 'jitter', '日本語の質問', 'x'.repeat(5_000), '😀 emoji']
    const first = await embed(...texts)
    const second = await (await createHashingEmbedders().open()).embed(texts, 'query')
    expect(first).toEqual(second)
    for (const vector of first.slice(0, 4)) expect(dot(vector, vector)).toBeCloseTo(1, 5)
  })

  it.each(['', '   ', 'the of and', '!?!', '\n'])('gives %j the zero vector, never NaN', async (text) => {
    const [vector] = await embed(text)
    expect([...(vector ?? [])]).toEqual(Array.from({ length: 256 }, () => 0))
  })

  it('ignores case, accents, order and stop words', async () => {
    expect(await likeness('The Café of the Agents', 'agents CAFE')).toBeCloseTo(1, 5)
  })

  it('sees inflection and typos, which words alone would not', async () => {
    const far = await likeness('jitter buffer', 'queue callback')
    expect(await likeness('jiter bufer', 'jitter buffer')).toBeGreaterThan(far + 0.3)
    expect(await likeness('dropped packets', 'packet drops')).toBeGreaterThan(0.8)
    expect(Math.abs(far)).toBeLessThan(0.25)
  })

  it('damps repetition', async () => {
    const repeated = `${'packet '.repeat(50)} loss`
    expect(await likeness(repeated, 'loss')).toBeGreaterThan(0.1)
  })
})
