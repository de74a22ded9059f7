import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { findUsage, weightFiles } from '../../src/knowledge/embedding/model-spec.ts'
import { bundledFolder, parseEmbedderName } from '../../src/knowledge/embedding/parse-embedder-name.ts'

const plain = { pooling: 'mean', maxTokens: 512, queryPrefix: '', passagePrefix: '' }

function findFailure(text: string) {
  try {
    parseEmbedderName(text)
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  return undefined
}

describe('the model that ships with Parquetry', () => {
  it.each(['bundled', ' bundled\n', 'bundled#q8'])('%j', (text) => {
    expect(parseEmbedderName(text)).toEqual({
      name: 'bundled',
      folder: resolve('models/parquetry-static'),
      revision: '',
      weights: 'q8',
      usage: plain,
    })
  })

  it('lies beside the program, wherever that is started', () => {
    expect(bundledFolder).toBe(resolve(import.meta.dirname, '../../models/parquetry-static'))
  })
})

describe('folders', () => {
  it.each([
    ['/srv/models/mine', '/srv/models/mine'],
    ['/srv/models/mine/', '/srv/models/mine'],
    ['/srv/../etc/model', '/etc/model'],
    ['./models/mine', resolve('models/mine')],
    ['../models/mine', resolve('../models/mine')],
    ['.', resolve('.')],
    ['..', resolve('..')],
    ['~', homedir()],
    ['~/models/mine', join(homedir(), 'models/mine')],
    ['/srv/größe 日本', '/srv/größe 日本'],
    ['/srv/a@b', '/srv/a@b'],
  ])('%s → %s', (text, folder) => {
    expect(parseEmbedderName(text)).toEqual({
      name: folder,
      folder,
      revision: '',
      weights: 'q8',
      usage: plain,
    })
  })

  it('are used as their name says', () => {
    expect(parseEmbedderName('/srv/intfloat/e5-small-v2/').usage).toEqual(findUsage('intfloat/e5-small-v2'))
  })
})

describe('models of the hub', () => {
  it.each([
    ['Xenova/bge-small-en-v1.5', 'Xenova/bge-small-en-v1.5', 'main'],
    [' intfloat/e5-small-v2 ', 'intfloat/e5-small-v2', 'main'],
    ['a/b@v1.2-rc_3', 'a/b', 'v1.2-rc_3'],
    [`a/b@${'0'.repeat(40)}`, 'a/b', '0'.repeat(40)],
    ['_x-y.z/-_-', '_x-y.z/-_-', 'main'],
    [`${'o'.repeat(96)}/${'n'.repeat(96)}`, `${'o'.repeat(96)}/${'n'.repeat(96)}`, 'main'],
  ])('%s', (text, name, revision) => {
    expect(parseEmbedderName(text)).toEqual({
      name,
      folder: undefined,
      revision,
      weights: 'q8',
      usage: findUsage(name),
    })
  })
})

describe('weights', () => {
  test.each(Object.keys(weightFiles))('%s', (weights) => {
    expect(parseEmbedderName(`/srv/mine#${weights}`)).toMatchObject({ folder: '/srv/mine', weights })
    expect(parseEmbedderName(`a/b@c#${weights}`)).toMatchObject({ name: 'a/b', revision: 'c', weights })
  })
})

describe('usage, as the model cards say', () => {
  const query = 'Represent this sentence for searching relevant passages: '
  it.each([
    ['BAAI/bge-m3', { ...plain, pooling: 'cls' }],
    ['Xenova/bge-small-en-v1.5', { ...plain, pooling: 'cls', queryPrefix: query }],
    ['Xenova/multilingual-e5-small', { ...plain, queryPrefix: 'query: ', passagePrefix: 'passage: ' }],
    ['intfloat/E5-base', { ...plain, queryPrefix: 'query: ', passagePrefix: 'passage: ' }],
    ['Xenova/all-MiniLM-L6-v2', { ...plain, maxTokens: 256 }],
    ['mixedbread-ai/mxbai-embed-large-v1', { ...plain, pooling: 'cls', queryPrefix: query }],
    ['thenlper/gte-small', plain],
    [
      'nomic-ai/nomic-embed-text-v1.5',
      { ...plain, queryPrefix: 'search_query: ', passagePrefix: 'search_document: ' },
    ],
    ['bge-small-en/other', plain],
    ['constructor', plain],
  ])('%s', (name, usage) => {
    expect(findUsage(name)).toEqual(usage)
  })
})

describe('refused', () => {
  const folderOrHub = 'it is neither a folder nor owner/name'
  const noRevision = 'the revision is not one'
  const noWeights = 'the weights are none of fp32, fp16, q8, int8, uint8'
  it.each([
    ['', folderOrHub],
    ['   ', folderOrHub],
    ['model', folderOrHub],
    ['Bundled', folderOrHub],
    ['bundled@main', folderOrHub],
    ['a/b/c', folderOrHub],
    ['a/', folderOrHub],
    ['a//b', folderOrHub],
    ['a b/c', folderOrHub],
    ['größe/model', folderOrHub],
    ['a/b\0', folderOrHub],
    ['a/b\nc', folderOrHub],
    ['a/b?x=1', folderOrHub],
    ['https://example.org/model', folderOrHub],
    ['file:///etc/passwd', folderOrHub],
    [`a/${'n'.repeat(97)}`, folderOrHub],
    ['a/..', folderOrHub],
    ['a/.', folderOrHub],
    ['a/.hidden', folderOrHub],
    ['a/../../etc', folderOrHub],
    ['a/b..', folderOrHub],
    ['a/b..c', folderOrHub],
    ['a/b/../../../etc', folderOrHub],
    ['.../x', folderOrHub],
    ['..a/x', folderOrHub],
    ['a\\..\\..\\etc', folderOrHub],
    ['a/..\\..\\etc', folderOrHub],
    ['a%2f..%2fetc', folderOrHub],
    ['a/%2e%2e', folderOrHub],
    ['~root/models', folderOrHub],
    ['a/b@', noRevision],
    ['a/b@..', noRevision],
    ['a/b@../../etc', noRevision],
    ['a/b@refs/pr/1', noRevision],
    ['a/b@c\\..\\d', noRevision],
    ['a/b@c d', noRevision],
    ['a/b@c@d', noRevision],
    [`a/b@${'0'.repeat(101)}`, noRevision],
    ['a/b#', noWeights],
    ['a/b#q4', noWeights],
    ['a/b#FP32', noWeights],
    ['a/b#fp32 x', noWeights],
    ['a/b#../../x', noWeights],
    ['bundled#none', noWeights],
    ['/srv/mine#constructor', noWeights],
    ['/srv/mine#__proto__', noWeights],
    ['/srv/mine#fp32#q8', 'it has more than one #'],
  ])('%j: %s', (text, problem) => {
    expect(findFailure(text)).toMatchObject({
      code: 'invalid_argument',
      path: 'PARQUETRY_EMBEDDER',
      actual: text,
      message: `The embedder ${JSON.stringify(text)} can not be used: ${problem}.`,
      next: 'Correct PARQUETRY_EMBEDDER, or unset it to use the model that ships with Parquetry.',
    })
  })
})

it('no name of a hub leaves the folder in which models are kept, however it is put together', () => {
  const parts = [
    'a',
    'b-1',
    '.',
    '..',
    '...',
    '/',
    '\\',
    '@',
    '#',
    '~',
    'q8',
    'bundled',
    '%2e',
    '\0',
    ' ',
    ':',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 9 }), (pieces) => {
      const text = pieces.join('')
      if (findFailure(text)) return
      const { name, folder, revision } = parseEmbedderName(text)
      if (folder !== undefined) {
        expect(isAbsolute(folder)).toBe(true)
        return
      }
      expect(`${name}/${revision}`).not.toMatch(/(^|[/\\])\.|\\|\0|[^\w./-]/)
      expect(name.split('/').length).toBe(2)
      const place = join('/models', name, revision)
      expect(place.startsWith('/models/')).toBe(true)
      expect(place.split('/').length).toBe(5)
    }),
    { seed: 1, numRuns: 20_000 },
  )
})
