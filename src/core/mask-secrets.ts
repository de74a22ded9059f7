/**
 * API keys, JSON Web Tokens, and what follows `Bearer` or `Basic`, also with the blank as a percent or backslash escape.
 * Each is known by how it begins, so one that was cut off is masked too.
 */
const secret =
  /pq(?:_|%5f)[\w-]+|eyJ[\w-]{8,}(?:\.[\w-]*)*|bearer(?:[\s:=+]|%20|\\+[nrt])+[^\s"',;\\]+|basic(?:[\s:=+]|%20|\\+[nrt])+[\w+/=-]{16,}/gi

const toMask = (found: string) => `${/^(?:pq_|bearer|basic)/i.exec(found)?.[0] ?? ''}***`

/** The text with keys and tokens replaced by `***`, cut to a length. */
export function maskSecrets(text: string, maxLength: number): string {
  return text
    .slice(0, 2 * maxLength)
    .replace(secret, toMask)
    .slice(0, maxLength)
}
