import { describe, expect, it } from 'vitest'
import { parseKeyName } from '../../src/auth/create-key.ts'
import { parseGroup, parseScopes, toScopes } from '../../src/auth/principal.ts'
import { catchError } from './auth-world.ts'

describe('names of groups', () => {
  it.each(['default', 'team-a', '0', 'a'.repeat(40), 'x-'])('takes %s', (text) => {
    expect(parseGroup(text, '--group')).toBe(text)
  })

  it.each([
    '',
    '-a',
    'Team',
    'a b',
    '..',
    'a/b',
    'a\\b',
    'a.b',
    'a_b',
    'ä',
    'a\n',
    'a\0',
    'a'.repeat(41),
    'con:',
  ])('refuses %j, which may not be a folder either', (text) => {
    expect(catchError(() => parseGroup(text, '--group'))).toMatchObject({
      details: { code: 'invalid_argument', path: '--group', next: expect.stringContaining('default') },
    })
  })
})

describe('scopes', () => {
  it('are read from a list, each once and in one order', () => {
    expect(parseScopes('knowledge, traces,knowledge', '--scopes')).toEqual(['traces', 'knowledge'])
    expect(parseScopes('traces', '--scopes')).toEqual(['traces'])
    expect(toScopes(['admin', 'knowledge'])).toEqual(['knowledge'])
  })

  it.each(['', ' , ', 'all', 'traces;knowledge', 'Traces', 'traces,admin', 'constructor'])(
    'refuses %j',
    (text) => {
      expect(catchError(() => parseScopes(text, '--scopes'))).toMatchObject({
        details: { code: 'invalid_argument', next: 'Name one or more of: traces,knowledge' },
      })
    },
  )
})

describe('names of keys', () => {
  it.each(['a', 'claude-laptop', '  Ann’s laptop ', 'Büro – 2', '统计', 'a'.repeat(80)])(
    'takes %j',
    (text) => {
      expect(parseKeyName(text, '--name')).toBe(text.trim())
    },
  )

  it.each([
    '',
    '  ',
    'a'.repeat(81),
    'a\nb',
    'a\tb',
    'a\u001b[2Jb',
    'a\u202eb',
    'k_abcd2345',
    'pq_',
    `pq_${'a'.repeat(43)}`,
  ])('refuses %j', (text) => {
    const error = catchError(() => parseKeyName(text, '--name'))
    expect(error).toMatchObject({ details: { code: 'invalid_argument', path: '--name' } })
    expect(JSON.stringify(error)).not.toContain('pq_a')
  })
})
