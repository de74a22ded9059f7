import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallEnd, CallStart } from '../../src/telemetry/call.ts'
import { openTelemetry } from '../../src/telemetry/open-telemetry.ts'

const start: CallStart = {
  method: 'tools/call',
  target: 'traces_query',
  requestId: '7',
  transport: 'tcp',
  key: 'reports',
  group: 'default',
  client: 'claude-code/2.1.0',
  protocolVersion: '2026-07-28',
  arguments: { startTime: 'yesterday' },
}

function write(call: Partial<CallStart>, end: CallEnd = { outcome: 'ok' }, logArguments = false): string {
  const lines: string[] = []
  const telemetry = openTelemetry({ writeLine: (line) => lines.push(line), logArguments, environment: {} })
  telemetry.begin({ ...start, ...call })(end)
  expect(lines).toHaveLength(1)
  return lines[0] ?? ''
}

const read = (line: string) => JSON.parse(line) as Record<string, unknown>

const key = `pq_${'aB3-_'.repeat(9)}`
const jwt = `eyJhbGciOiJFUzI1NiJ9.${'eyJzdWIiOiJrZXkifQ'.repeat(3)}.c2lnbmF0dXJl`

describe('the log line of a call', () => {
  it('is one JSON object with what is known, in a fixed order', () => {
    const before = Date.now()
    const line = write({}, { outcome: 'ok', rows: 12, bytes: 3456 })
    const { time, durationMs, ...rest } = read(line)
    expect(rest).toEqual({
      requestId: '7',
      key: 'reports',
      group: 'default',
      tool: 'traces_query',
      rows: 12,
      bytes: 3456,
      outcome: 'ok',
      client: 'claude-code/2.1.0',
      protocol: '2026-07-28',
    })
    expect(new Date(String(time)).toISOString()).toBe(time)
    expect(Math.abs(Date.parse(String(time)) - before)).toBeLessThan(1000)
    expect(String(durationMs)).toMatch(/^\d+(\.\d)?$/)
    expect(Object.keys(read(line))).toEqual([
      'time',
      'requestId',
      'key',
      'group',
      'tool',
      'durationMs',
      'rows',
      'bytes',
      'outcome',
      'client',
      'protocol',
    ])
  })

  it('names method and target of what is no tool, and the code of a failure', () => {
    const line = read(
      write({ method: 'resources/read', target: 'doc:///index.md' }, { outcome: 'error', code: '-32602' }),
    )
    expect(line).toMatchObject({
      method: 'resources/read',
      target: 'doc:///index.md',
      outcome: 'error',
      code: '-32602',
    })
    expect(line).not.toHaveProperty('tool')
    expect(
      read(write({ method: 'tools/call', target: 'x' }, { outcome: 'refused', code: 'limit' })),
    ).toMatchObject({ tool: 'x', outcome: 'refused', code: 'limit' })
  })

  it('has the time that the call took', async () => {
    const lines: string[] = []
    const telemetry = openTelemetry({ writeLine: (line) => lines.push(line), environment: {} })
    const end = telemetry.begin(start)
    await new Promise((resolve) => setTimeout(resolve, 50))
    end({ outcome: 'ok' })
    end({ outcome: 'error' })
    expect(lines).toHaveLength(1)
    expect(read(lines[0] ?? '')['durationMs']).toBeGreaterThan(48)
    expect(read(lines[0] ?? '')['durationMs']).toBeLessThan(1000)
  })

  it('has arguments only if asked, as text of at most 2,000 characters', () => {
    expect(read(write({}))).not.toHaveProperty('arguments')
    expect(read(write({}, { outcome: 'ok' }, true))['arguments']).toBe('{"startTime":"yesterday"}')
    const long = read(write({ arguments: { query: 'x'.repeat(1_000_000) } }, { outcome: 'ok' }, true))
    expect(long['arguments']).toHaveLength(2000)
    expect(read(write({ arguments: { big: 1n } }, { outcome: 'ok' }, true))['arguments']).toBe('(not JSON)')
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(() => write({ arguments: deep }, { outcome: 'ok' }, true)).not.toThrow()
  })

  it('bounds every text of the caller', () => {
    const long = 'y'.repeat(100_000)
    const line = write({ target: long, requestId: long, client: long, method: long }, { outcome: 'error' })
    expect(line.length).toBeLessThan(1500)
  })
})

describe('what must not be in a line', () => {
  const places = (secret: string): readonly Partial<CallStart>[] => [
    { target: secret },
    { method: secret },
    { requestId: secret },
    { key: secret },
    { group: secret },
    { client: secret },
    { arguments: { query_reason: secret } },
    { arguments: { [secret]: 1 } },
    { arguments: JSON.stringify({ nested: JSON.stringify({ again: secret }) }) },
  ]

  it.each([
    ['an API key', key, key.slice(3)],
    ['an API key within a text', `the key=${key}, please`, key.slice(3)],
    ['an API key in a URL', `https://x/?k=${key}&y=1`, key.slice(3)],
    ['an API key with its underscore as an escape', key.replace('_', '%5F'), key.slice(3)],
    ['a JWT', jwt, 'c2lnbmF0dXJl'],
    ['a bearer token', 'Authorization: Bearer s3cr3t-t0ken', 's3cr3t'],
    ['a bearer token after a line break', 'bearer\n\ts3cr3t-t0ken', 's3cr3t'],
    ['a bearer token in a URL', 'Bearer%20s3cr3t-t0ken', 's3cr3t'],
    [
      'basic credentials',
      `Basic ${Buffer.from(`a:${key}`).toString('base64')}`,
      Buffer.from(`a:${key}`).toString('base64').slice(4),
    ],
  ])('%s is masked wherever it stands', (_name, text, secret) => {
    for (const place of places(text)) {
      const line = write(place, { outcome: 'error', code: text }, true)
      expect(line).not.toContain(secret)
      expect(line).toContain('***')
      expect(() => read(line)).not.toThrow()
    }
  })

  it('a part of a key that was cut off', () => {
    for (let before = 1900; before < 2010; before++) {
      const line = write({ arguments: ['x'.repeat(before), key] }, { outcome: 'ok' }, true)
      expect(line).not.toContain(key.slice(3, 8))
    }
    for (let before = 3900; before < 4010; before++) {
      const text = `${'pq_0123456789'.repeat(30)} ${'x '.repeat(before / 2)}${key}`
      expect(write({ arguments: [text] }, { outcome: 'ok' }, true)).not.toContain(key.slice(3, 8))
    }
  })

  it('line breaks, controls, and characters that hide or reorder text', () => {
    const nasty = 'a\n{"forged":true}\r\u001b[2J\u009b31m\u2028\u2029\u202e\u200b\ufeff\u{e0041}\u0000\ud800z'
    const line = write({ target: nasty, client: nasty, arguments: { nasty } }, { outcome: 'ok' }, true)
    expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)
    expect(read(line)['tool']).toBe(nasty)
    expect(JSON.parse(String(read(line)['arguments']))).toEqual({ nasty })
  })

  it('never spoils the JSON, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\bearer x', 'Bearer \\"x', 'pq_\\', '\bearer abc', 'eyJabcdefghi\\n', key),
    )
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (a, b, json) => {
        const line = write({ target: a + b, client: b + a, arguments: [a, json, b] }, { outcome: 'ok' }, true)
        expect(line).not.toContain('\n')
        expect(line).not.toContain(key.slice(3))
        expect(read(line)['outcome']).toBe('ok')
      }),
      { numRuns: 500 },
    )
  })
})
