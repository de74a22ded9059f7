/** What ClickHouse writes for characters that it doesn't write as they are. Any other escaped character stands for itself. */
const escapes: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, '0': 0, a: 7, v: 11 }

const plain = Object.entries(escapes).map(([letter, code]) => `WHEN '\\${letter}' THEN chr(${code})`)

/** SQL for one escaped character, a backslash and a letter, as the character that it stands for; any other text as it is. */
export const toCharacter = (part: string): string =>
  `CASE ${part} ${plain.join(' ')} ELSE CASE WHEN starts_with(${part}, '\\') THEN substr(${part}, 2) ELSE ${part} END END`

/**
 * SQL for a text without its backslashes. Maps and lists of texts stay as they are: the texts within have quotes, and backslashes
 * of their own. Source: ClickHouse documentation, format TabSeparated, "Data Formatting". */
export const toUnescaped = (text: string): string =>
  `CASE WHEN contains(${text}, '\\') AND NOT regexp_matches(${text}, '^(\\{|\\[\\{?)''')
    THEN array_to_string(list_transform(regexp_extract_all(${text}, '\\\\[\\s\\S]|[^\\\\]+'), lambda part: ${toCharacter('part')}), '')
    ELSE ${text} END`
