import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type HttpServer, runProgram, startServe } from '../../support/connect-http.ts'
import { makeData, makeKey } from './running-server.ts'

const reference = resolve(import.meta.dirname, '../../../../shared/reference/operata-mcp-server.txt')
const isPresent = existsSync(reference)
const hasCurl = await runProgram('curl', ['--version']).then(
  ({ code }) => code === 0,
  () => false,
)
const missing = [...(isPresent ? [] : ['shared folder']), ...(hasCurl ? [] : ['curl'])]

const host = 'https://api.operata.io'
const placeholder = '<your_operata_api_key>'

/** The arguments of a command as a shell would split them: words, and texts in either kind of quotes. */
const toArguments = (command: string): readonly string[] =>
  [...command.matchAll(/'([^']*)'|"([^"]*)"|([^\s\\'"]+)/g)].map(
    ([, single, double, word]) => single ?? double ?? word ?? '',
  )

/** Each `curl` of the contract, up to the quote that ends its body. */
const listCommands = (): readonly (readonly string[])[] =>
  [...readFileSync(reference, 'utf8').matchAll(/^curl [^']*'[^']*'/gm)].map(([command]) =>
    toArguments(command).slice(1),
  )

type Body = Readonly<{ id: number; method: string; params: Readonly<{ name?: string }> }>

describe.skipIf(missing.length > 0)(
  `curl examples of the wire contract${missing.length > 0 ? ` (skipped: ${missing.join(' and ')} absent)` : ''}`,
  () => {
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

    const commands = isPresent ? listCommands() : []
    const named = commands.map((command) => {
      const { method, params } = JSON.parse(command.at(-1) ?? '') as Body
      return { name: params.name ?? method, command }
    })

    it('are all found', () => {
      const count = readFileSync(reference, 'utf8').match(/^curl /gm)?.length
      expect(named.map(({ name }) => name)).toEqual(['tools/list', 'knowledge', 'get_schema', 'traces_query'])
      expect(named).toHaveLength(count ?? 0)
    })

    /** Runs a command with another host, as it stands or with a key, and gives what curl wrote. */
    const run = async (command: readonly string[], key = placeholder) => {
      const { origin } = new URL(server.url)
      const changed = command.map((text) => text.replace(host, origin).replace(placeholder, key))
      const { stdout } = await runProgram('curl', [...changed, '-w', '\n%{http_code} %{content_type}'])
      const at = stdout.lastIndexOf('\n')
      return { body: JSON.parse(stdout.slice(0, at)) as Record<string, unknown>, head: stdout.slice(at + 1) }
    }

    const check = (command: readonly string[], { head, body }: Awaited<ReturnType<typeof run>>) => {
      const { id, method } = JSON.parse(command.at(-1) ?? '') as Body
      expect(head).toBe('200 application/json')
      expect(body).toMatchObject({ jsonrpc: '2.0', id })
      const { tools, structuredContent, isError } = body['result'] as Record<string, unknown>
      expect(isError ?? false).toBe(false)
      if (method === 'tools/list') expect(tools).toHaveLength(7)
      else expect(Object.keys(structuredContent as object).length).toBeGreaterThan(0)
    }

    it.each(named)('$name answers with only the host changed', async ({ command }) =>
      check(command, await run(command)),
    )

    it('and, once there is a key, with that key alone', async () => {
      const { key } = makeKey(data, 'curl')
      for (const { command } of named) {
        check(command, await run(command, key))
        expect((await run(command)).head).toBe('401 application/json')
      }
    })
  },
)
