import { describe, expect, test } from 'vitest'
import { parseServeConfig } from '../src/config/serve-config.ts'
import { AppError } from '../src/core/errors.ts'

const failure = (environment: Readonly<Record<string, string>>) => {
  try {
    parseServeConfig({}, environment)
  } catch (error) {
    if (error instanceof AppError) return error.details
    throw error
  }
  throw new Error('it was accepted')
}

test('defaults', () => {
  expect(parseServeConfig({}, {})).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    publicUrl: undefined,
    perMinute: 100,
    concurrent: 4,
    maxBodyBytes: 1_048_576,
    logArguments: false,
  })
})

test('flags go before the environment', () => {
  const { host, port, publicUrl } = parseServeConfig(
    { host: '::1', port: '0', publicUrl: 'https://a.example' },
    { PARQUETRY_HOST: '10.0.0.1', PARQUETRY_PORT: '99', PARQUETRY_PUBLIC_URL: 'https://b.example' },
  )
  expect({ host, port, origin: publicUrl?.origin }).toEqual({
    host: '::1',
    port: 0,
    origin: 'https://a.example',
  })
})

test('proxies are addresses and networks', () => {
  const { proxies } = parseServeConfig({ trustProxy: '127.0.0.1, 10.0.0.0/8,fd00::/8' }, {})
  expect(['127.0.0.1', '10.9.8.7', '11.0.0.1'].map((address) => proxies.check(address))).toEqual([
    true,
    true,
    false,
  ])
  expect(proxies.check('fd12::1', 'ipv6')).toBe(true)
})

describe('what cannot be used is refused with its name and the way out', () => {
  test.each([
    ['PARQUETRY_PORT', '70000'],
    ['PARQUETRY_PORT', 'http'],
    ['PARQUETRY_HOST', ' '],
    ['PARQUETRY_PUBLIC_URL', 'parquetry.example.com'],
    ['PARQUETRY_PUBLIC_URL', 'ftp://parquetry.example.com'],
    ['PARQUETRY_PUBLIC_URL', 'https://parquetry.example.com/mcp'],
    ['PARQUETRY_PUBLIC_URL', 'https://me@parquetry.example.com'],
    ['PARQUETRY_TRUST_PROXY', 'proxy.example.com'],
    ['PARQUETRY_TRUST_PROXY', '10.0.0.0/33'],
    ['PARQUETRY_REQUESTS_PER_MINUTE', '0'],
    ['PARQUETRY_CONCURRENT_REQUESTS', 'many'],
    ['PARQUETRY_MAX_BODY_KB', '-1'],
    ['PARQUETRY_LOG_ARGUMENTS', 'yes'],
  ])('%s=%s', (name, value) => {
    expect(failure({ [name]: value })).toMatchObject({ code: 'invalid_argument', path: name })
    expect(failure({ [name]: value }).next).toBeTruthy()
  })
})
