import { describe, expect, test } from 'vitest'
import { escapeControls } from '../../src/core/clean-text.ts'

describe('escapeControls', () => {
  test.each([
    ['a terminal sequence', '\u001b[2Jx', '\\u001b[2Jx'],
    ['a carriage return', 'ok\rforged', 'ok\\u000dforged'],
    ['NUL', 'a\0b', 'a\\u0000b'],
    ['DEL and C1', '\u007f\u009b31m', '\\u007f\\u009b31m'],
    ['line separators', 'a\u0085b\u2028c\u2029d', 'a\\u0085b\\u2028c\\u2029d'],
    ['text turned round', '\u202e;ELPMAS\u2066x\u2069', '\\u202e;ELPMAS\\u2066x\\u2069'],
    ['marks of direction', '\u200ea\u200fb\u061cc', '\\u200ea\\u200fb\\u061cc'],
    ['zero width', 'a\u200bb\u200cc\u200dd\u2060e\ufefff', 'a\\u200bb\\u200cc\\u200dd\\u2060e\\ufefff'],
    ['a soft hyphen', 'a\u00adb', 'a\\u00adb'],
    ['tags beyond the basic plane', '\u{e0041}\u{e007f}', '\\u{e0041}\\u{e007f}'],
  ])('%s is shown', (_what, text, wanted) => expect(escapeControls(text)).toBe(wanted))

  test.each(['', 'a\tb\nc', "it's 100 % größe, 日本, 🎧 and \\u001b as written", '\ud83c'])(
    '%j stays as it is',
    (text) => expect(escapeControls(text)).toBe(text),
  )

  test('what it gives holds nothing more to escape', () => {
    const all = String.fromCodePoint(...Array.from({ length: 0x3000 }, (_, i) => i))
    expect(escapeControls(escapeControls(all))).toBe(escapeControls(all))
    expect(escapeControls(all).match(/\p{Cc}/gu)).toEqual(['\t', '\n'])
  })
})
