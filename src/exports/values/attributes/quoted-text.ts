import { toCharacter } from '../escaped-text.ts'

/** A text in single quotes, with backslash escapes or a doubled quote; one in double quotes; or whatever lies between two of them. */
const quoted = `''(?:[^''\\\\]|\\\\[\\s\\S]|'''')*''|"(?:[^"\\\\]|\\\\[\\s\\S])*"`
const pieces = (text: string) => `regexp_extract_all(${text}, '${quoted}|[^''"]+')`

/** What Python writes between texts, as JSON: its constants, tuples, and NumPy's lists, whose members have no commas between them. */
const constants = { True: 'true', False: 'false', None: 'null', nan: 'null' } as const

const toJsonBetween = (piece: string) =>
  Object.entries(constants).reduce(
    (sql, [name, value]) => `regexp_replace(${sql}, '\\b${name}\\b', '${value}', 'g')`,
    `regexp_replace(translate(${piece}, '()', '[]'), '^\\s+$', ',')`,
  )

function toPlain(text: string): string {
  const parts = `regexp_extract_all(${text}, '\\\\[\\s\\S]|''''|[^''\\\\]+')`
  return `array_to_string(list_transform(${parts}, lambda part: CASE part WHEN '''''' THEN '''' ELSE ${toCharacter('part')} END), '')`
}

/** One quoted text after another, as JSON texts; what lies between them stays. */
function byPieces(text: string): string {
  const inner = `substr(piece, 2, length(piece) - 2)`
  const plain = `CASE WHEN contains(piece, '\\') OR contains(${inner}, '''') THEN ${toPlain(inner)} ELSE ${inner} END`
  const json = `list_transform(${pieces(text)}, lambda piece: CASE WHEN starts_with(piece, '''') THEN CAST(to_json(${plain}) AS VARCHAR) WHEN starts_with(piece, '"') THEN piece ELSE ${toJsonBetween('piece')} END)`
  return `TRY_CAST(array_to_string(${json}, '') AS JSON)`
}

/**
 * SQL for JSON out of what ClickHouse and Python write for a map or a list in CSV: `{'k':'it\'s'}`, `['a','b']`, lists of
 * maps and of pairs. NULL where the text is none. Where no character is escaped another kind of quote makes it JSON; a doubled quote then
 * gives two texts side by side, which is no JSON. Source: ClickHouse's documentation of the formats CSV and TabSeparated; repr() of Python.
 */
export const toJsonOfQuoted = (text: string): string =>
  `coalesce(
    CASE WHEN NOT contains(${text}, '\\') AND NOT contains(${text}, '"') THEN TRY_CAST(replace(${text}, '''', '"') AS JSON) END,
    ${byPieces(text)}
  )`
