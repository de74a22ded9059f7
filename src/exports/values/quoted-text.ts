/** A text in single quotes, with backslash escapes or a doubled quote; or whatever lies between two of them. */
const quoted = `''(?:[^''\\\\]|\\\\[\\s\\S]|'''')*''`
const pieces = (text: string) => `regexp_extract_all(${text}, '${quoted}|[^'']+')`

/** What ClickHouse writes for characters that it doesn't write as they are. Any other escaped character stands for itself. */
const escapes: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, '0': 0, a: 7, v: 11 }

function toPlain(text: string): string {
  const cases = Object.entries(escapes).map(([letter, code]) => `WHEN '\\${letter}' THEN chr(${code})`)
  const parts = `regexp_extract_all(${text}, '\\\\[\\s\\S]|''''|[^''\\\\]+')`
  return `array_to_string(list_transform(${parts}, lambda part: CASE part ${cases.join(' ')} WHEN '''''' THEN ''''
    ELSE CASE WHEN starts_with(part, '\\') THEN substr(part, 2) ELSE part END END), '')`
}

/** One quoted text after another, as JSON texts; what lies between them stays. */
function byPieces(text: string): string {
  const inner = `substr(piece, 2, length(piece) - 2)`
  const plain = `CASE WHEN contains(piece, '\\') OR contains(${inner}, '''') THEN ${toPlain(inner)} ELSE ${inner} END`
  const json = `list_transform(${pieces(text)}, lambda piece: CASE WHEN starts_with(piece, '''') THEN CAST(to_json(${plain}) AS VARCHAR) ELSE piece END)`
  return `TRY_CAST(array_to_string(${json}, '') AS JSON)`
}

/**
 * SQL for JSON out of what ClickHouse writes for a map or a list in CSV and TSV: `{'k':'it\'s'}`, `['a','b']`, and lists of
 * maps. NULL where the text is none. Where no character is escaped another kind of quote makes it JSON; a doubled quote then
 * gives two texts side by side, which is no JSON. Source: ClickHouse's documentation of the formats CSV and TabSeparated.
 */
export const toJsonOfQuoted = (text: string): string =>
  `coalesce(
    CASE WHEN NOT contains(${text}, '\\') AND NOT contains(${text}, '"') THEN TRY_CAST(replace(${text}, '''', '"') AS JSON) END,
    ${byPieces(text)}
  )`
