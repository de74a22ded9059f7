/** What the beginning of a CSV text tells. */
export type CsvHeader = Readonly<{
  delimiter: string
  names: readonly string[]
  /** Whether the second record names the columns' types. */
  hasTypes: boolean
  /** Whether characters are escaped with a backslash, and quotes mean nothing. */
  isEscaped: boolean
}>

const delimiters = [',', ';', '\t'] as const

/** One field at a time: in quotes, a quote within written twice, or up to the next separator. */
const toField = (delimiter: string) =>
  new RegExp(`(?:"((?:[^"]|"")*)"|((?!")[^${delimiter}\\r\\n]*))(${delimiter}|\\r|\\n|$)`, 'y')

/** A record: its fields, and where the next one begins. */
type Fields = Readonly<{ fields: readonly string[]; end: number }>

/** Fields up to the line's end; undefined where quotes do not close. */
function findFields(text: string, delimiter: string, start = 0): Fields | undefined {
  const field = toField(delimiter)
  field.lastIndex = text[start] === '\n' && text[start - 1] === '\r' ? start + 1 : start
  const fields: string[] = []
  for (;;) {
    const match = field.exec(text)
    if (!match) return undefined
    const [, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end !== delimiter) return { fields, end: field.lastIndex }
  }
}

/** Columns need names, different without regard to case. */
function toNames(fields: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  const toFree = (name: string, count = 0): string => {
    const candidate = count === 0 ? name : `${name}_${count}`
    if (taken.has(candidate.toLowerCase())) return toFree(name, count + 1)
    taken.add(candidate.toLowerCase())
    return candidate
  }
  return fields.map((field, i) => toFree(field.replaceAll('\0', '') || `column${i}`))
}

/** The types of ClickHouse, with or without parts in brackets. */
const typePattern =
  /^(?:(?:Fixed)?String|U?Int\d+|B?Float\d+|Date(?:32)?|(?:Date)?Time(?:64)?|Map|Array|Tuple|Nested|LowCardinality|Nullable|Enum(?:8|16)|JSON|Object|Bool|UUID|Decimal\d*|IPv[46]|Dynamic|Variant)(?:\(.*\))?$/s

/** Whether the second record is what ClickHouse's format CSVWithNamesAndTypes puts there. */
function hasTypes(text: string, delimiter: string, { fields, end }: Fields): boolean {
  const next = findFields(text, delimiter, end)?.fields ?? []
  return next.length === fields.length && next.every((field) => typePattern.test(field))
}

/** What ClickHouse writes separated by tabs has no quotes around fields, and backslashes within; other programs quote. */
const isEscaped = (text: string, delimiter: string) =>
  delimiter === '\t' && /\\['\\ntrN]/.test(text) && !/(?:^|\t)"(?:[^"\t]|"")*"(?:\t|\r?$)/m.test(text)

/**
 * The header of a CSV text, separated by what gives it most fields: comma, semicolon or tab. Undefined where its quotes do not
 * close. A field without a name is named by its place, one of a name that another has before it gets a number.
 */
export function findCsvHeader(text: string): CsvHeader | undefined {
  const bare = text.replace(/^\uFEFF/, '')
  const [best] = delimiters
    .flatMap((delimiter) => {
      const found = findFields(bare, delimiter)
      return found ? [{ delimiter, found }] : []
    })
    .sort((a, b) => b.found.fields.length - a.found.fields.length)
  if (!best) return undefined
  const { delimiter, found } = best
  return {
    delimiter,
    names: toNames(found.fields),
    hasTypes: hasTypes(bare, delimiter, found),
    isEscaped: isEscaped(bare, delimiter),
  }
}
