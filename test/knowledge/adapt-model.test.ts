import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdaptReport, adaptModel, splitPairs } from '../../src/knowledge/embedding/adapt/adapt-model.ts'
import { measureRank } from '../../src/knowledge/embedding/adapt/adapt-table.ts'
import { makePairs, type Pair } from '../../src/knowledge/embedding/adapt/make-pairs.ts'
import type { Embedder } from '../../src/knowledge/embedding/embedder.ts'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { bundledFolder, parseEmbedderName } from '../../src/knowledge/embedding/parse-embedder-name.ts'
import { openStaticEmbedder } from '../../src/knowledge/embedding/static/static-embedder.ts'
import { openTransformersEmbedder } from '../../src/knowledge/embedding/transformers-embedder.ts'
import { listInventedPassages, listUnseenPairs } from './invented-corpus.ts'

const file = 'model_quantized.onnx'
const weights = `onnx/${file}`
const passages = listInventedPassages(300)
const unseen = listUnseenPairs(30)

let folder: string
let out: string
let report: AdaptReport

const place = (name: string) => join(folder, name)
const readWeights = (at: string) => readFile(join(at, weights))

async function openFolder(at: string): Promise<Embedder> {
  const embedder = await openStaticEmbedder(parseEmbedderName(at))
  if (!embedder) throw new Error('it is no static model')
  return embedder
}

/** Mean of 1 / rank of the text that belongs to a question, among all texts. */
async function rankUnseen(embedder: Embedder, pairs: readonly Pair[]): Promise<number> {
  const left = await embedder.embed(
    pairs.map((pair) => pair.left),
    'query',
  )
  const right = await embedder.embed(
    pairs.map((pair) => pair.right),
    'passage',
  )
  const ranks = left.map((question, i) => {
    const scores = right.map((text) =>
      text.reduce((sum, value, k) => sum + value * (question[k] ?? Number.NaN), 0),
    )
    return scores.filter((score) => score >= (scores[i] ?? Number.NaN)).length
  })
  return ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquetry-adapt-'))
  out = place('adapted')
  report = await adaptModel({ folder: bundledFolder, file, out }, passages)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a model that has learned a corpus of invented words', () => {
  it('ranks pairs of passages that it was not trained on better, by its own measure', () => {
    if (report.state !== 'adapted') throw new Error(`it is not adapted but ${report.state}`)
    expect(report.after).toBeGreaterThan(report.before + 0.1)
    expect(report.after).toBeLessThanOrEqual(1)
  })

  it('and by that of this test, with questions and texts that the corpus does not have', async () => {
    const before = await rankUnseen(await openFolder(bundledFolder), unseen)
    const after = await rankUnseen(await openFolder(out), unseen)
    expect(after).toBeGreaterThan(before + 0.1)
  })

  it('is a folder that opens as a model, here and with transformers.js', async () => {
    expect((await readdir(out, { recursive: true })).sort()).toEqual([
      'config.json',
      'onnx',
      weights,
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const own = await openFolder(out)
    const other = await openTransformersEmbedder(parseEmbedderName(out), place('models'))
    const texts = unseen.flatMap(({ left, right }) => [left, right])
    const [vectors, others] = [await own.embed(texts, 'passage'), await other.embed(texts, 'passage')]
    for (const [i, vector] of vectors.entries())
      for (const [k, value] of vector.entries()) expect(value).toBeCloseTo(others[i]?.[k] ?? Number.NaN, 5)
    await other.close()
  })

  it('keeps what the corpus does not speak of', async () => {
    const texts = ['firewall', 'telephone network', 'Привет 2026']
    const [own, base] = [await openFolder(out), await openFolder(bundledFolder)]
    const isKept = async (...asked: string[]) =>
      isDeepStrictEqual(await own.embed(asked, 'query'), await base.embed(asked, 'query'))
    expect(await isKept(...texts)).toBe(true)
    expect(await isKept('handbook')).toBe(false)
  })

  it('is the same, byte for byte, when it is made again', async () => {
    const again = place('again')
    expect(await adaptModel({ folder: bundledFolder, file, out: again }, passages)).toEqual(report)
    expect((await readWeights(again)).equals(await readWeights(out))).toBe(true)
    expect((await readWeights(out)).equals(await readWeights(bundledFolder))).toBe(false)
  })

  it('is made of the weights that are named, and opens under that name', async () => {
    const named = place('named')
    await cp(bundledFolder, named, { recursive: true })
    await rename(join(named, weights), join(named, 'onnx/model_int8.onnx'))
    const embedders = createEmbedders(`${named}#int8`, place('models'))
    expect(await embedders.adapt(place('by-name'), passages)).toEqual(report)
    const [vector] = await (await embedders.open(place('by-name'))).embed(['handbook'], 'query')
    const [expected] = await (await openFolder(out)).embed(['handbook'], 'query')
    expect(isDeepStrictEqual(vector, expected)).toBe(true)
  })

  it('is what the embedders of that name make and open', async () => {
    const embedders = createEmbedders('bundled', place('models'))
    const made = place('by-embedders')
    expect(await embedders.adapt(made, passages)).toEqual(report)
    expect((await readWeights(made)).equals(await readWeights(out))).toBe(true)
    const [vector] = await (await embedders.open(made)).embed(['handbook'], 'query')
    const [expected] = await (await openFolder(out)).embed(['handbook'], 'query')
    expect(vector).toEqual(expected)
  })
})

describe('too small', () => {
  it.each([0, 1, 199])('%i passages', async (count) => {
    const at = place(`small-${count}`)
    const little = listInventedPassages(count)
    expect(await adaptModel({ folder: bundledFolder, file, out: at }, little)).toEqual({ state: 'too small' })
    expect(existsSync(at)).toBe(false)
  })

  it('but 200 are enough', async () => {
    const at = place('small-200')
    const { state } = await adaptModel({ folder: bundledFolder, file, out: at }, listInventedPassages(200))
    expect(state).toBe('adapted')
  })
})

describe('not static', () => {
  /** A model of another form: its tensors have other names, which the operators know as well. */
  async function createOtherModel(name: string): Promise<string> {
    const other = place(name)
    await cp(bundledFolder, other, { recursive: true })
    const model = await readFile(join(other, weights))
    const named = Buffer.from(model.toString('latin1').replaceAll('table', 'words'), 'latin1')
    await writeFile(join(other, weights), named)
    return other
  }

  it('for another model, which is left as it is', async () => {
    const other = await createOtherModel('other')
    const before = await readWeights(other)
    expect(await adaptModel({ folder: other, file, out: place('none') }, passages)).toEqual({
      state: 'not static',
    })
    expect(existsSync(place('none'))).toBe(false)
    expect((await readWeights(other)).equals(before)).toBe(true)
  })

  it('for another model whose weights have another number format', async () => {
    const other = await createOtherModel('other-fp32')
    await rename(join(other, weights), join(other, 'onnx/model.onnx'))
    const embedders = createEmbedders(`${other}#fp32`, place('models'))
    expect(await embedders.adapt(place('none'), passages)).toEqual({ state: 'not static' })
    const embedder = await embedders.open()
    expect(embedder.dimensions).toBe(256)
    await embedder.close()
  })

  it('for a model of the hub, which is not loaded for that', async () => {
    const embedders = createEmbedders('Xenova/all-MiniLM-L6-v2', place('hub'))
    expect(await embedders.adapt(place('none'), passages)).toEqual({ state: 'not static' })
    expect(existsSync(place('hub'))).toBe(false)
  })
})

it('too small: for passages of which no pairs are made, and nothing is written', async () => {
  const short = Array.from({ length: 250 }, (_, i) => ({ headingPath: [`Part ${i}`], text: `Text ${i}.` }))
  const told = await adaptModel({ folder: bundledFolder, file, out: place('none') }, short)
  expect(told).toEqual({ state: 'too small' })
  expect(existsSync(place('none'))).toBe(false)
})

it('a model that can not be read fails, without the model that should be written', async () => {
  await expect(adaptModel({ folder: place('missing'), file, out: place('none') }, passages)).rejects.toThrow(
    'ENOENT',
  )
  expect(existsSync(place('none'))).toBe(false)
})

describe('pairs', () => {
  const text = [
    '## A heading',
    '',
    'The first sentence has more than five words in it.',
    'Short one.',
    'The second sentence has more than five words as well!',
    'And the third sentence also has more than five words?',
  ].join('\n')
  const body = text.slice(text.indexOf('The first'))

  it('are the heading path with the body, and sentences with the rest', () => {
    const [whole, ...rest] = makePairs({ headingPath: ['Page', 'A heading'], text })
    expect(whole).toEqual({ left: 'Page A heading', right: body })
    expect(rest.length).toBe(2)
    for (const { left, right } of rest) {
      expect(body).toContain(left)
      expect(right).toBe(`Page A heading ${body.replace(left, () => ' ')}`)
    }
  })

  it('are not made of a short body', () => {
    expect(makePairs({ headingPath: ['A'], text: `# ${'A long heading '.repeat(20)}\n\nShort.` })).toEqual([])
  })

  it('to measure by are of other passages than those to train on; each text counts once', () => {
    const { pairs, unseen: kept } = splitPairs([...passages, ...passages])
    expect(kept.length).toBe(30)
    const trained = new Set(pairs.map(({ right }) => right))
    expect(pairs.length).toBe(270 * 3)
    for (const { right } of kept) expect(trained.has(right)).toBe(false)
    expect(splitPairs([...passages, ...passages])).toEqual(splitPairs(passages))
  })

  it('are as many as can be worked through, from all of the corpus', () => {
    const many = Array.from({ length: 12_000 }, (_, i) => ({
      headingPath: [`Part ${i}`],
      text: `${i}\n\n${text}`,
    }))
    const { pairs, unseen: kept } = splitPairs(many)
    expect([pairs.length, kept.length]).toEqual([20_000, 500])
    expect(pairs[0]?.left).toBe('Part 0')
    expect(pairs.at(-1)?.right).toContain('Part 11998 ')
    expect(kept.at(-1)?.left).toBe('Part 11979')
  })
})

describe('the measure', () => {
  const bag = (row: number) => ({ rows: Int32Array.of(row), counts: Float32Array.of(1) })
  const pairOf = (left: number, right: number) => ({ left: bag(left), right: bag(right) })
  const table = Float32Array.from([1, 0, 0, 1, 1, 1])

  it('is the mean of 1 / rank, each right side being asked for by its own left side', () => {
    expect(measureRank(table, 2, [pairOf(0, 0), pairOf(1, 1)])).toBe(1)
    expect(measureRank(table, 2, [pairOf(0, 0), pairOf(1, 0), pairOf(0, 1)])).toBeCloseTo(
      (1 / 2 + 1 / 3 + 1 / 3) / 3,
      6,
    )
    expect(measureRank(table, 2, [pairOf(0, 2), pairOf(1, 1)])).toBe(1)
  })

  it('takes equals for better ones, and is 0 without pairs', () => {
    expect(measureRank(table, 2, [pairOf(0, 2), pairOf(0, 2), pairOf(0, 2)])).toBeCloseTo(1 / 3, 6)
    expect(measureRank(table, 2, [])).toBe(0)
  })
})
