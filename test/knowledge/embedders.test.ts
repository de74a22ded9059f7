import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { bundledFolder } from '../../src/knowledge/embedding/parse-embedder-name.ts'
import { toBatches } from '../../src/knowledge/embedding/transformers-embedder.ts'

let folder: string
const place = (name: string) => join(folder, name)
const fingerprintOf = (name: string) => createEmbedders(name, place('models')).fingerprint()

async function copyModel(name: string): Promise<string> {
  await cp(bundledFolder, place(name), { recursive: true })
  return place(name)
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error.details,
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquetry-embedders-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the fingerprint', () => {
  it('names the model, its bytes and its usage, the same each time', async () => {
    const bundled = await fingerprintOf('bundled')
    expect(bundled).toMatch(/^bundled [0-9a-f]{16} [0-9a-f]{8}$/)
    expect(await fingerprintOf('bundled')).toBe(bundled)
    const copy = await copyModel('copy')
    expect(await fingerprintOf(copy)).toBe(bundled.replace('bundled', `${copy}#q8`))
  })

  it.each(['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'])(
    'is another with another %s',
    async (file) => {
      const other = await copyModel('other')
      const before = await fingerprintOf(other)
      await appendFile(join(other, file), '\n')
      expect(await fingerprintOf(other)).not.toBe(before)
    },
  )

  it('is another with another usage', async () => {
    const [plain, prefixed] = [await copyModel('model'), await copyModel('e5-model')]
    const endOf = async (name: string) => (await fingerprintOf(name)).split(' ').at(-1)
    expect(await endOf(plain)).not.toBe(await endOf(prefixed))
  })

  it('of a model of the hub says revision and weights, and needs no files', async () => {
    const main = await fingerprintOf('Xenova/all-MiniLM-L6-v2')
    expect(main).toMatch(/^Xenova\/all-MiniLM-L6-v2@main#q8 [0-9a-f]{8}$/)
    expect(await fingerprintOf('Xenova/all-MiniLM-L6-v2@v1#fp16')).toBe(main.replace('@main#q8', '@v1#fp16'))
  })

  it('of a folder without the files names them', async () => {
    expect(await failure(fingerprintOf(`${place('none')}#fp16`))).toMatchObject({
      code: 'no_data',
      path: 'PARQUETRY_EMBEDDER',
      actual: place('none'),
      expected: 'config.json, tokenizer.json, tokenizer_config.json and onnx/model_fp16.onnx',
    })
  })

  it('is read anew after a failure: somebody may have put the files there', async () => {
    const embedders = createEmbedders(place('late'), place('models'))
    expect(await failure(embedders.fingerprint())).toMatchObject({ code: 'no_data' })
    await copyModel('late')
    expect(await embedders.fingerprint()).toBe(await fingerprintOf(place('late')))
  })
})

it('a bad name is refused at once', () => {
  expect(() => createEmbedders('a/../b', place('models'))).toThrow('can not be used')
})

it('a folder with what is no model is refused with what belongs there', async () => {
  const other = await copyModel('damaged')
  await writeFile(join(other, 'onnx/model_quantized.onnx'), 'version https://git-lfs.github.com/spec/v1\n')
  const details = await failure(createEmbedders(other, place('models')).open())
  expect(details).toMatchObject({ code: 'no_data', path: 'PARQUETRY_EMBEDDER', actual: other })
  expect(details.next).toContain('tokenizer_config.json')
})

describe('batches of texts', () => {
  const texts = (...lengths: number[]) => lengths.map((length) => 'x'.repeat(length))
  const list = (lengths: number[]) => toBatches(texts(...lengths))

  const sizes = (lengths: number[]) => list(lengths).map(({ length }) => length)

  it('have each text once, and texts of similar length together', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => (i * 7_919) % 3_000)
    const batches = list(lengths)
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()])
    const inOrder = batches.flat().map((i) => lengths[i] ?? 0)
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a))
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(64)
      expect(batch.length * Math.max(...batch.map((i) => lengths[i] ?? 0))).toBeLessThanOrEqual(65_536)
    }
  })

  it('are full before the next begins, in the order of the texts where lengths are equal', () => {
    expect(list([])).toEqual([])
    expect(list([3, 5, 3, 5])).toEqual([[1, 3, 0, 2]])
    expect(list([0, 0])).toEqual([[0, 1]])
    const [full = 0, ...others] = sizes(Array(1_000).fill(10))
    expect(full).toBeGreaterThan(1)
    expect(others.slice(0, -1).every((size) => size === full)).toBe(true)
    expect(others.at(-1)).toBe(1_000 % full || full)
  })

  it('hold fewer texts the longer they are, and one that is too long alone', () => {
    const [few = 0] = sizes(Array(1_000).fill(20_000))
    expect(few).toBeLessThan(sizes(Array(1_000).fill(10))[0] ?? 0)
    expect(list([1_000_000, 1_000_000, 1])).toEqual([[0], [1], [2]])
  })
})
