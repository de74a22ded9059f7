import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connectStdio } from '../support/connect.ts'

const reference = resolve(import.meta.dirname, '../../../shared/reference/operata-mcp-server.txt')
const isPresent = existsSync(reference)

type Call = Readonly<{ name: string; arguments: Record<string, unknown> }>

/** Balanced JSON objects of a text, from each `{` that begins a line or a quoted body. */
function listObjects(text: string): readonly unknown[] {
  return [...text.matchAll(/^\s*(?:-d ')?\{/gm)].flatMap(({ index }) => {
    const start = text.indexOf('{', index)
    for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
      try {
        return [JSON.parse(text.slice(start, end + 1))]
      } catch {}
    }
    return []
  })
}

const isCall = (value: unknown): value is Call =>
  typeof value === 'object' && value !== null && 'name' in value && 'arguments' in value

function listCalls(): readonly Call[] {
  const objects = listObjects(readFileSync(reference, 'utf8'))
  const bodies = objects.flatMap((value) => {
    const params = typeof value === 'object' && value !== null && 'params' in value ? value.params : undefined
    return params === undefined ? [] : [params]
  })
  const unique = new Map([...objects, ...bodies].filter(isCall).map((call) => [JSON.stringify(call), call]))
  return [...unique.values()]
}

describe.skipIf(!isPresent)(
  `examples of the wire contract${isPresent ? '' : ' (skipped: shared folder absent)'}`,
  () => {
    let connection: Connection
    beforeAll(async () => {
      connection = await connectStdio(inject('sampleData'))
    })
    afterAll(() => connection.close())

    const calls = isPresent ? listCalls() : []

    it('are all found', () => {
      expect(new Set(calls.map(({ name }) => name)).size).toBe(7)
      expect(calls.length).toBeGreaterThanOrEqual(9)
    })

    it.each(calls.map((call, i) => ({ ...call, i })))(
      '$i: $name runs unchanged',
      async ({ name, arguments: args }) => {
        const answer = await connection.call(name, args)
        expect(answer.text).not.toMatch(/^Error/)
        expect(answer.isError).toBe(false)
      },
    )
  },
)
