import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Embedder } from '../../src/knowledge/embedding/embedder.ts'
import type { ModelSpec } from '../../src/knowledge/embedding/model-spec.ts'
import { bundledFolder, parseEmbedderName } from '../../src/knowledge/embedding/parse-embedder-name.ts'
import { embedTokens, openStaticEmbedder } from '../../src/knowledge/embedding/static/static-embedder.ts'
import { openTransformersEmbedder } from '../../src/knowledge/embedding/transformers-embedder.ts'

/** A text with one of the model's special tokens is left out: it is plain text here. */
const filled = [
  'What is MOS score and how is it calculated?',
  'jitter',
  'Jitter BUFFER jItTeR',
  '  spaces\t\ttabs\n\nlines\r\nof   text  ',
  "it's “quoted” — isn’t it… (really?) [yes] {no} <tag>",
  '?',
  '?!?!....,,,;;;',
  '12 345.67 % of 1e-5, v1.2.3, 2026-05-01T00:00:00Z',
  'Café naïve Ångström Größe œuvre ﬁligree',
  'Cafe\u0301 nai\u0308ve A\u030angstro\u0308m',
  'Привет, как рассчитывается оценка качества?',
  'Ποιότητα κλήσης και τρέμουλο',
  'جودة المكالمة والتأخير',
  'आवाज़ की गुणवत्ता',
  '通话质量和抖动是什么？',
  '日本語の質問とカタカナ、ひらがな',
  '한국어 질문입니다',
  '😀😀 emoji 👩‍👩‍👧‍👦 🇩🇪 ✅',
  'x'.repeat(99),
  'x'.repeat(100),
  'packet loss and jitter '.repeat(200),
  Array.from({ length: 1_500 }, (_, i) => `word${i}`).join(' '),
  'Attributes.cx.audio_level mosScore ice_collection_timeout PARQUETRY_MEMORY_MB kebab-case-name',
  'const a = (b ?? [])[0]?.c; // => `d` && !e || f ** 2',
  "SELECT * FROM traces WHERE name = 'x''y' AND n >= 1; -- end",
  '```json\n{"query":{"filter":[{"column":"cx.queue","op":"="}]}}\n```',
  '# Heading > Sub heading\n\n| a | b |\n| - | - |\n| 1 | **2** |\n',
  'https://example.org/a/b?c=d&e=%20f#g user@example.org C:\\temp\\x ../y/*.ts',
  'a\u0000b\u0007c\u001Bd\u200Be\uFEFFf\u00ADg\u202Eh\u2028i',
  'half \uD83D a pair \uDE00',
  'qzxqzx vrumblotic snorfleq',
] as const
/** Texts whose tokens are all unknown to the model. */
const unknown = ['😀', 'คุณภาพการโทร', 'x'.repeat(101), 'x'.repeat(5_000)] as const
const blank = ['', ' ', '\n\t\r\n', '\u00A0\u3000\u2003', '\u0000\u0007\u200B'] as const

const spec = parseEmbedderName('bundled')
let folder: string
const opened: Embedder[] = []

async function openBoth(own: ModelSpec): Promise<readonly [plain: Embedder, library: Embedder]> {
  const plain = await openStaticEmbedder(own)
  if (!plain) throw new Error('it is not taken for a static model')
  const library = await openTransformersEmbedder(own, folder)
  opened.push(plain, library)
  return [plain, library]
}

const toLengths = (vectors: readonly Float32Array[]) => vectors.map((vector) => Math.hypot(...vector))

const findLargestGap = (a: Float32Array | undefined, b: Float32Array | undefined) => {
  if (!a || !b || a.length !== b.length) return Number.POSITIVE_INFINITY
  return Math.max(...a.map((value, k) => Math.abs(value - (b[k] ?? Number.NaN))))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquetry-static-'))
})
afterAll(async () => {
  for (const embedder of opened) await embedder.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the vectors of the model that ships with Parquetry', () => {
  let plain: Embedder
  let library: Embedder
  beforeAll(async () => {
    ;[plain, library] = await openBoth(spec)
  })

  it.each(['query', 'passage'] as const)('equal those of transformers.js: %s', async (kind) => {
    const texts = [...filled, ...unknown, ...blank]
    const [own, others] = [await plain.embed(texts, kind), await library.embed(texts, kind)]
    expect(plain.dimensions).toBe(library.dimensions)
    expect(own.length).toBe(texts.length)
    const gaps = texts.map((text, i) => [text.slice(0, 40), findLargestGap(own[i], others[i])] as const)
    expect(gaps.filter(([, gap]) => !(gap < 1e-5))).toEqual([])
  })

  it('have length 1', async () => {
    for (const length of toLengths(await plain.embed(filled, 'passage'))) expect(length).toBeCloseTo(1, 5)
  })

  it('are zero without a token that the model knows, never NaN', async () => {
    const texts = [...unknown, ...blank]
    expect(toLengths(await plain.embed(texts, 'query'))).toEqual(texts.map(() => 0))
  })

  it('come in order, and do not depend on the texts beside them or before them', async () => {
    const { embed } = (await openStaticEmbedder(spec)) ?? plain
    const together = await plain.embed(filled, 'passage')
    for (const [i, text] of [...filled.entries()].reverse())
      expect((await embed([text], 'passage'))[0]).toEqual(together[i])
    expect(await plain.embed([], 'passage')).toEqual([])
  })

  it('differ from text to text, and are near for texts that mean the same', async () => {
    const [asked, near, far] = await plain.embed(
      [
        'how is the mean opinion score calculated',
        'calculation of the mean opinion score',
        'firewall ports of TURN',
      ],
      'query',
    )
    const likeness = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
      a.reduce((sum, value, k) => sum + value * (b[k] ?? Number.NaN), 0)
    expect(likeness(asked, near)).toBeGreaterThan(likeness(asked, far) + 0.3)
  })
})

describe('how a model is used', () => {
  it('prefixes and the most tokens count as with transformers.js', async () => {
    const usage = { ...spec.usage, maxTokens: 7, queryPrefix: 'query: ', passagePrefix: 'passage: it is ' }
    const [plain, library] = await openBoth({ ...spec, usage })
    for (const kind of ['query', 'passage'] as const) {
      const [own, others] = [await plain.embed(filled, kind), await library.embed(filled, kind)]
      for (const [i, text] of filled.entries())
        expect(findLargestGap(own[i], others[i]), text).toBeLessThan(1e-5)
    }
    const [query] = await plain.embed(['jitter buffer'], 'query')
    const [passage] = await plain.embed(['jitter buffer'], 'passage')
    expect(findLargestGap(query, passage)).toBeGreaterThan(0.01)
  })

  it('a text without content has the zero vector whatever the prefix', async () => {
    const usage = { ...spec.usage, queryPrefix: 'query: ', passagePrefix: 'passage: ' }
    const [plain, library] = await openBoth({ ...spec, usage })
    const zeros = blank.map(() => 0)
    expect(toLengths(await library.embed(blank, 'query'))).toEqual(zeros)
    expect(toLengths(await plain.embed(blank, 'query'))).toEqual(zeros)
  })
})

it('sums the vectors of tokens, each as often as it occurs', () => {
  const table = {
    rows: 3,
    dimensions: 2,
    bytes: Int8Array.from([1, 0, 0, 2, -128, 127]),
    scales: Float32Array.from([3, 2, 0]),
  }
  expect([...embedTokens(table, [0, 1])]).toEqual([...Float32Array.from([3 / 5, 4 / 5])])
  expect([...embedTokens(table, [1, 1, 0, 0])]).toEqual([...Float32Array.from([3 / 5, 4 / 5])])
  expect([...embedTokens(table, [2, 2])]).toEqual([0, 0])
  expect([...embedTokens(table, [])]).toEqual([0, 0])
})

describe('undefined', () => {
  it('for a model of the hub', async () => {
    expect(await openStaticEmbedder(parseEmbedderName('Xenova/all-MiniLM-L6-v2'))).toBeUndefined()
  })

  it('for a model of another form', async () => {
    const other = join(folder, 'other')
    await cp(bundledFolder, other, { recursive: true })
    await writeFile(join(other, 'onnx/model_quantized.onnx'), new Uint8Array())
    expect(await openStaticEmbedder(parseEmbedderName(other))).toBeUndefined()
  })
})

it('loads neither transformers.js nor a native module for the model that ships with Parquetry', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    const { createEmbedders } = await import('./src/knowledge/embedding/embedders.ts')
    const embedders = createEmbedders('bundled', process.argv[1])
    const embedder = await embedders.open()
    const [vector] = await embedder.embed(['jitter'], 'query')
    await embedder.close()
    const { sharedObjects } = process.report.getReport()
    process.stdout.write(JSON.stringify({
      dimensions: vector.length,
      fingerprint: await embedders.fingerprint(),
      heavy: loaded.filter((url) => /onnxruntime|sharp|huggingface.transformers/.test(url)),
      native: sharedObjects.filter((name) => name.includes('node_modules')),
    }))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  })
  expect(JSON.parse(output)).toEqual({
    dimensions: 256,
    fingerprint: expect.stringMatching(/^bundled [0-9a-f]{16} [0-9a-f]{8}$/),
    heavy: [],
    native: [],
  })
})
