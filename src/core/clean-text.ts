/**
 * C0 and C1 controls other than tab and newline, line separators, bidirectional controls, zero-width characters
 * and Unicode tags: they move a terminal's cursor, forge lines, reorder or hide text (Trojan Source, CVE-2021-42574).
 */
const unseen =
  /(?![\t\n])[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu

function toEscape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}

/** The text with each character that can't be seen as a visible escape, e.g. `\u001b`; tab and newline stay. */
export const escapeControls = (text: string): string => text.replace(unseen, toEscape)
