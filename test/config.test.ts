import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../src/config/config.ts'
import { AppError } from '../src/core/errors.ts'

const failure = (environment: Readonly<Record<string, string>>, flags = {}) => {
  try {
    parseConfig(flags, environment)
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  throw new Error('it was accepted')
}

test('defaults', () => {
  expect(parseConfig({}, {})).toEqual({
    dataDir: resolve('data'),
    exportsDir: resolve('data/exports'),
    resultsDir: resolve('data/results'),
    lakeDir: resolve('data/lake'),
    knowledgeDir: resolve('data/knowledge'),
    docs: [{ name: 'docs-corpus', folder: resolve('docs-corpus'), url: undefined }],
    modelsDir: resolve('data/models'),
    embedder: 'bundled',
    memoryLimitMb: 2048,
    queryTimeoutMs: 30_000,
    importWaitMs: 4000,
    timezone: 'UTC',
    logLevel: 'warn',
  })
})

test('without documentation in the working folder, that of the program', () => {
  const here = process.cwd()
  process.chdir(tmpdir())
  try {
    expect(parseConfig({}, {}).docs.map(({ folder }) => folder)).toEqual([
      resolve(import.meta.dirname, '..', 'docs-corpus'),
    ])
    expect(parseConfig({}, {}).dataDir).toBe(resolve('data'))
  } finally {
    process.chdir(here)
  }
})

test('the environment goes before the defaults; what is not ours is ignored', () => {
  const environment = {
    PARQUETRY_DATA: '/srv/data/',
    PARQUETRY_DOCS: ' docs ',
    PARQUETRY_DOCS_URL: 'https://docs.example.org/wiki',
    PARQUETRY_EMBEDDER: ' ./models/mine#fp32 ',
    PARQUETRY_MEMORY_MB: ' 512 ',
    PARQUETRY_QUERY_TIMEOUT_MS: '100',
    PARQUETRY_IMPORT_WAIT_MS: '0',
    PARQUETRY_TIMEZONE: 'europe/berlin',
    PARQUETRY_LOG: 'debug',
    PATH: '/bin',
    PARQUETRY_OTHER: 'x',
  }
  expect(parseConfig({}, environment)).toEqual({
    dataDir: '/srv/data',
    exportsDir: '/srv/data/exports',
    resultsDir: '/srv/data/results',
    lakeDir: '/srv/data/lake',
    knowledgeDir: '/srv/data/knowledge',
    docs: [{ name: 'docs', folder: resolve('docs'), url: 'https://docs.example.org/wiki' }],
    modelsDir: '/srv/data/models',
    embedder: './models/mine#fp32',
    memoryLimitMb: 512,
    queryTimeoutMs: 100,
    importWaitMs: 0,
    timezone: 'Europe/Berlin',
    logLevel: 'debug',
  })
})

test('flags go before the environment, each for itself', () => {
  const environment = { PARQUETRY_DATA: '/env/data', PARQUETRY_DOCS: '/env/docs' }
  expect(parseConfig({ data: '/flag/data' }, environment)).toMatchObject({
    lakeDir: '/flag/data/lake',
    modelsDir: '/flag/data/models',
    docs: [{ folder: '/env/docs' }],
  })
  expect(parseConfig({ docs: '/flag/docs', data: undefined }, environment)).toMatchObject({
    lakeDir: '/env/data/lake',
    docs: [{ folder: '/flag/docs' }],
  })
})

test('several folders have the names of their last parts, told apart by a number, and an address each', () => {
  const list = ['/a/docs', '/b/docs', '/c/wiki', '/a/docs/'].join(delimiter)
  const urls = 'https://a.example.org, ,https://c.example.org/x'
  expect(parseConfig({}, { PARQUETRY_DOCS: list, PARQUETRY_DOCS_URL: urls }).docs).toEqual([
    { name: 'docs', folder: '/a/docs', url: 'https://a.example.org' },
    { name: 'docs-2', folder: '/b/docs', url: undefined },
    { name: 'wiki', folder: '/c/wiki', url: 'https://c.example.org/x' },
  ])
})

test('a folder with the separator in its name is one folder, where it exists', async () => {
  const folder = await mkdtemp(join(tmpdir(), `parquetry${delimiter}config-`))
  expect(parseConfig({ docs: folder }, {}).docs.map((docs) => docs.folder)).toEqual([folder])
  await rm(folder, { recursive: true })
})

test('an unset variable is the default', () => {
  expect(parseConfig({}, { PARQUETRY_MEMORY_MB: undefined, PARQUETRY_DATA: undefined })).toEqual(
    parseConfig({}, {}),
  )
})

test('nothing changes it later', () => {
  const config = parseConfig({}, {})
  expect(Object.isFrozen(config)).toBe(true)
  expect(() => Object.assign(config, { lakeDir: '/' })).toThrow(TypeError)
})

describe('refused, by name', () => {
  test.each([
    ['PARQUETRY_MEMORY_MB', 'abc'],
    ['PARQUETRY_MEMORY_MB', ''],
    ['PARQUETRY_MEMORY_MB', '255'],
    ['PARQUETRY_MEMORY_MB', '1048577'],
    ['PARQUETRY_MEMORY_MB', '512.5'],
    ['PARQUETRY_MEMORY_MB', '-512'],
    ['PARQUETRY_MEMORY_MB', '0x200'],
    ['PARQUETRY_MEMORY_MB', '1e3'],
    ['PARQUETRY_MEMORY_MB', 'Infinity'],
    ['PARQUETRY_MEMORY_MB', '512MB'],
    ['PARQUETRY_QUERY_TIMEOUT_MS', '99'],
    ['PARQUETRY_QUERY_TIMEOUT_MS', '600001'],
    ['PARQUETRY_QUERY_TIMEOUT_MS', ' '],
    ['PARQUETRY_IMPORT_WAIT_MS', ''],
    ['PARQUETRY_IMPORT_WAIT_MS', '-1'],
    ['PARQUETRY_LOG', 'verbose'],
    ['PARQUETRY_LOG', ''],
    ['PARQUETRY_DATA', ''],
    ['PARQUETRY_DATA', '   '],
    ['PARQUETRY_DOCS', ''],
    ['PARQUETRY_DOCS', delimiter],
    ['PARQUETRY_DOCS', `/a/docs${delimiter}/a/docs/deep`],
    ['PARQUETRY_DOCS_URL', ''],
    ['PARQUETRY_DOCS_URL', 'https://a.example.org,https://b.example.org'],
    ['PARQUETRY_DOCS_URL', 'docs.example.org'],
    ['PARQUETRY_DOCS_URL', 'javascript:alert(1)'],
    ['PARQUETRY_DOCS_URL', 'file:///srv/docs'],
    ['PARQUETRY_EMBEDDER', ''],
    ['PARQUETRY_EMBEDDER', '  '],
    ['PARQUETRY_EMBEDDER', 'x'.repeat(4097)],
    ['PARQUETRY_DATA', 'x'.repeat(4097)],
  ])('%s=%j', (name, value) => {
    const details = failure({ [name]: value })
    expect(details).toMatchObject({
      code: 'invalid_argument',
      path: name,
      actual: value,
      next: `Correct ${name}, or unset it to use the default.`,
    })
    expect(details.message.startsWith(`${name} is not usable: `)).toBe(true)
  })

  test('an empty flag, under the name of its variable', () => {
    expect(failure({ PARQUETRY_DATA: '/env' }, { data: ' ' })).toMatchObject({
      path: 'PARQUETRY_DATA',
      message: 'PARQUETRY_DATA is not usable: is empty.',
    })
  })

  test('says what is wrong', () => {
    expect(failure({ PARQUETRY_MEMORY_MB: '512MB' }).message).toBe(
      'PARQUETRY_MEMORY_MB is not usable: is not a whole number.',
    )
    expect(failure({ PARQUETRY_MEMORY_MB: '1' }).message).toContain('256')
    expect(failure({ PARQUETRY_LOG: 'loud' }).message).toMatch(/error.*warn.*info.*debug/)
  })
})
