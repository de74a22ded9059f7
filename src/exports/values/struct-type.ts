import { quoteName } from '../../core/sql-text.ts'
import { absent, type Cell } from './cell.ts'

/** Where the quoted text that begins at a position ends; a quote in it is doubled. */
function skipQuoted(text: string, start: number): number {
  const mark = text[start]
  let i = start + 1
  while (i < text.length && (text[i] !== mark || text[i + 1] === mark)) i += text[i] === mark ? 2 : 1
  return i
}

/** The parts of a list at its commas, without those in brackets or quotes. */
function splitList(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '"' || char === "'") i = skipQuoted(text, i)
    if (char === '(') depth++
    if (char === ')') depth--
    if (char !== ',' || depth > 0) continue
    parts.push(text.slice(start, i))
    start = i + 1
  }
  return [...parts, text.slice(start)].map((part) => part.trim())
}

function toField(part: string): readonly [string, string] {
  const end = part.startsWith('"') ? skipQuoted(part, 0) + 1 : part.indexOf(' ')
  const name = part.startsWith('"') ? part.slice(1, end - 1).replaceAll('""', '"') : part.slice(0, end)
  return [name, part.slice(end).trim()]
}

/** The fields of a DuckDB STRUCT type, or of the elements of a list of them, in order; none of any other type. */
export function toStructFields(type: string): ReadonlyMap<string, string> {
  const inner = /^STRUCT\((.*)\)(?:\[\])?$/s.exec(type)?.[1]
  return new Map(inner === undefined ? [] : splitList(inner).map(toField))
}

/** A field of a struct, in whatever case; absent where its type has none of that name. */
export function fieldOf({ sql, type }: Cell, name: string): Cell {
  const fields = toStructFields(type)
  const given = fields.has(name)
    ? name
    : [...fields.keys()].find((candidate) => candidate.toLowerCase() === name.toLowerCase())
  return given === undefined ? absent : { sql: `${sql}.${quoteName(given)}`, type: fields.get(given) ?? '' }
}

/** The types of a DuckDB MAP's keys and values; undefined of any other type. */
export function findMapTypes(type: string): readonly [key: string, value: string] | undefined {
  const inner = /^MAP\((.*)\)$/s.exec(type)?.[1]
  const [key, value] = inner === undefined ? [] : splitList(inner)
  return key === undefined || value === undefined ? undefined : [key, value]
}
