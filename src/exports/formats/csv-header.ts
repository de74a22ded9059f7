/** The first record of a CSV text: its fields, and what separates them. */
export type CsvHeader = Readonly<{ delimiter: string; names: readonly string[] }>

const delimiters = [',', ';', '\t'] as const

/** One field at a time: in quotes, a quote within written twice, or up to the next separator. */
const toField = (delimiter: string) =>
  new RegExp(`(?:"((?:[^"]|"")*)"|((?!")[^${delimiter}\\r\\n]*))(${delimiter}|\\r|\\n|$)`, 'y')

/** Fields up to the line's end; undefined where quotes do not close. */
function findFields(text: string, delimiter: string): readonly string[] | undefined {
  const field = toField(delimiter)
  const fields: string[] = []
  for (;;) {
    const match = field.exec(text)
    if (!match) return undefined
    const [, quoted, plain = '', end] = match
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end !== delimiter) return fields
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

/**
 * The header of a CSV text, separated by what gives it most fields: comma, semicolon or tab. Undefined where its quotes do not
 * close. A field without a name is named by its place, one of a name that another has before it gets a number.
 */
export function findCsvHeader(text: string): CsvHeader | undefined {
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, fields: findFields(text.replace(/^\uFEFF/, ''), delimiter) ?? [] }))
    .sort((a, b) => b.fields.length - a.fields.length)
  return best && best.fields.length > 0
    ? { delimiter: best.delimiter, names: toNames(best.fields) }
    : undefined
}
