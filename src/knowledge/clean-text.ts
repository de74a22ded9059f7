/**
 * Bidirectional controls, zero-width characters, Unicode tags, and C0/C1 controls other than tab and newline:
 * they can hide instructions from a human reader or reorder what is shown (Trojan Source, CVE-2021-42574).
 */
const invisible =
  /(?![\t\n])[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu

/** The text without characters that can't be seen. */
export const cleanText = (text: string): string => text.replace(invisible, '')

/** The same for what stands in one line, such as a title or a file's name: line ends and tabs become spaces. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ')
