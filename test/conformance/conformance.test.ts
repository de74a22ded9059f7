import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeData } from '../server/http/running-server.ts'
import { type HttpServer, runProgram, startProgram, startServe } from '../support/connect-http.ts'

const require = createRequire(import.meta.url)
const suite = require.resolve('@modelcontextprotocol/conformance/dist/index.js')
const baseline = resolve(import.meta.dirname, 'expected-failures.yml')
const fixture = fileURLToPath(new URL('./fixture-server.ts', import.meta.url))

/** Runs all scenarios that a revision requires. It gives the passed checks of each scenario that has no failed ones. */
async function runSuite(url: string, revision: string, flags: readonly string[] = []) {
  const { code, stdout, stderr } = await runProgram(process.execPath, [
    suite,
    ...['server', '--url', url, '--requirements', revision, ...flags],
  ])
  const lines = [...stdout.matchAll(/^([✓✗]) ([\w-]+): (\d+) passed, \d+ failed$/gm)]
  const scenarios = lines.map(([, mark, name = '', passed]) => ({
    name,
    isWhole: mark === '✓',
    passed: Number(passed),
  }))
  return { code, output: `${stdout}${stderr}`, scenarios }
}

type Run = Awaited<ReturnType<typeof runSuite>>

const sum = ({ scenarios }: Run) => scenarios.reduce((total, { passed }) => total + passed, 0)
const listFailed = ({ scenarios }: Run) => scenarios.filter(({ isWhole }) => !isWhole).map(({ name }) => name)

describe("the suite's own server behind our HTTP stack", () => {
  let data: string
  let server: HttpServer
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'parquetry-conformance-'))
    server = await startProgram(fixture, [data])
  })
  afterAll(async () => {
    expect(await server.stop()).toBe(0)
    await rm(data, { recursive: true, force: true })
  })

  it.each([
    { revision: '2025-11-25', least: 78 },
    { revision: '2026-07-28', least: 164 },
  ])('passes all that $revision requires: $least checks', async ({ revision, least }) => {
    const run = await runSuite(server.url, revision)
    expect(run.code, run.output).toBe(0)
    // Tasks are an extension, which no revision requires.
    expect(listFailed(run).filter((name) => !name.startsWith('tasks-'))).toEqual([])
    expect(sum(run)).toBeGreaterThanOrEqual(least)
  })
})

/** Scenarios that need nothing but a server, and how many checks each has. */
const whole: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '2025-11-25': {
    'server-initialize': 2,
    ping: 2,
    'tools-list': 3,
    'resources-list': 2,
    'prompts-list': 2,
    'dns-rebinding-protection': 2,
  },
  '2026-07-28': {
    'tools-list': 4,
    'resources-list': 2,
    'prompts-list': 2,
    'sep-2164-resource-not-found': 4,
    'dns-rebinding-protection': 2,
    caching: 8,
    'http-header-validation': 14,
    'server-sse-multiple-streams': 1,
    'input-required-result-unsupported-methods': 2,
    'input-required-result-validate-input': 3,
  },
}

describe('our own server', () => {
  let data: string
  let server: HttpServer
  beforeAll(async () => {
    data = await makeData(inject('sampleData'))
    server = await startServe(data)
  })
  afterAll(async () => {
    expect(await server.stop()).toBe(0)
    await rm(data, { recursive: true, force: true })
  })

  it.each(Object.entries(whole))(
    'passes of %s all but what expected-failures.yml explains',
    async (revision, scenarios) => {
      const run = await runSuite(server.url, revision, ['--expected-failures', baseline])
      expect(run.code, run.output).toBe(0)
      const passed = run.scenarios.filter(({ isWhole }) => isWhole)
      for (const [name, least] of Object.entries(scenarios))
        expect(passed.find((scenario) => scenario.name === name)?.passed, name).toBeGreaterThanOrEqual(least)
      if (revision === '2026-07-28')
        expect(run.scenarios.find(({ name }) => name === 'server-stateless')?.passed).toBeGreaterThanOrEqual(
          24,
        )
    },
  )
})
