import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { toPace } from '../../src/cli/terminal.ts'

test.each([
  ['at first nothing is foretold', [5, 100, 0.5], '', ''],
  ['a few steps are not counted', [1, 9, 60], '', ''],
  ['fast steps', [2_500, 10_000, 2], ', 1,250/s,', ', 6 s left'],
  ['slow steps', [3, 300, 6], ', 0.5/s,', ', 10 min left'],
  ['the last steps', [100, 100, 10], ', 10/s,', ''],
] as const)('%s', (_, [done, total, seconds], rate, remaining) => {
  expect(toPace(done, total, seconds)).toEqual({ rate, remaining })
})

const colours = '\u001b[1mbold\u001b[22m \u001b[2mdim\u001b[22m \u001b[36maccent\u001b[39m'

test.each([
  ['no colour in a pipe', {}, 'bold dim accent'],
  ['nor where a build runs', { CI: 'true' }, 'bold dim accent'],
  ['colours where they are asked for', { FORCE_COLOR: '1' }, colours],
  ['none where they are declined', { FORCE_COLOR: '0' }, 'bold dim accent'],
])('%s', async (_, variables, expected) => {
  const script = `
    import { createTerminal } from ${JSON.stringify(new URL('../../src/cli/terminal.ts', import.meta.url).href)}
    const { line, bold, dim, accent } = createTerminal(process.stdout)
    line([bold('bold'), dim('dim'), accent('accent')].join(' '))`
  const { FORCE_COLOR: _forced, NO_COLOR: _none, CI: _ci, ...env } = process.env
  const child = promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    env: { ...env, ...variables },
  })
  expect((await child).stdout).toBe(`${expected}\n`)
})
