/**
 * Sentences that address an assistant instead of a reader. A list can't be complete: what it finds is worth a warning, what
 * it doesn't find is no proof of anything. Kinds after OWASP's LLM01 (prompt injection), worded by us.
 */
const patterns: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|messages|context)\b/i,
  /\byou are (?:now|no longer)\b[^.\n]{0,60}/i,
  /\b(?:system|developer) (?:prompt|message)\b[^.\n]{0,60}/i,
  /\b(?:do not|don't|never) (?:tell|inform|mention|reveal)\b[^.\n]{0,30}\b(?:user|human|anyone)\b/i,
  /\b(?:new|updated|secret|hidden) instructions?\b\s*:/i,
  /\b(?:send|post|upload|exfiltrate|forward|leak)\b[^.\n]{0,60}\b(?:conversation|chat|secrets?|passwords?|credentials|api keys?|tokens?)\b[^.\n]{0,60}\bto\b/i,
  /<\/?(?:system|assistant|instructions?|tool_(?:call|result))>/i,
  /\bAI (?:assistant|agent|model)s?\b[^.\n]{0,40}\b(?:must|should|shall|have to)\b/i,
]

const longestQuote = 120

/** Parts of a text that read like instructions to an assistant, at most three, each shortened. */
export function findInstructions(text: string): readonly string[] {
  // A sentence goes on over a line end, and ends with its paragraph.
  const unwrapped = text.replace(/(?<!\n)\n(?!\n)/g, ' ')
  const found = patterns.flatMap((pattern) => pattern.exec(unwrapped)?.[0] ?? [])
  return [...new Set(found)].slice(0, 3).map((quote) => quote.replace(/\s+/g, ' ').slice(0, longestQuote))
}
