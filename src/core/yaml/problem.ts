import { escapeControls } from '../clean-text.ts'
import { AppError } from '../errors.ts'
import { findNearestNames } from '../nearest-names.ts'

/** Where in a YAML file: `['columns', 'timestamp', 'unit']`. */
export type YamlPath = readonly PropertyKey[]

/** Line and column of what stands at a path, or of its key, from 1 on. */
export type Locate = (path: YamlPath, atKey?: boolean) => Readonly<{ line: number; column: number }>

/** A file's name in messages, and what to say where nothing better is known. */
export type YamlFile = Readonly<{ name: string; next: string }>

export type Problem = Readonly<{
  path: YamlPath
  /** Whether the key is wrong and not its value. */
  atKey?: boolean
  /** What is wrong, as a sentence without its full stop. */
  message: string
  /** What stands there now. */
  found?: unknown
  /** Names of which one is meant; the nearest to what was found is named first. */
  valid?: Iterable<string>
}>

const mostNames = 12
const longestFound = 80

const clean = (text: string) => escapeControls(text).replaceAll(/[\n\t]/g, ' ')

/** A path as it is written in messages: `columns.timestamp[1].unit`. */
const toPathText = (path: YamlPath) =>
  path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('')

function toFoundText(found: unknown): string {
  const text = JSON.stringify(found) ?? 'nothing'
  return text.length > longestFound ? `${text.slice(0, longestFound)}…` : text
}

function toAdvice(found: unknown, valid: readonly string[]): string {
  const nearest = typeof found === 'string' ? findNearestNames(found, valid) : []
  const more = valid.length > mostNames ? `, and ${valid.length - mostNames} more` : ''
  const list = `Valid are: ${valid.slice(0, mostNames).join(', ')}${more}.`
  return nearest.length > 0 ? `Nearest: ${nearest.join(', ')}. ${list}` : list
}

/** The error of a YAML file, `unreadable_file`: `calls.mapping.yaml:4:12: …`, with what was found and what would be valid. */
export function toYamlError(
  file: YamlFile,
  locate: Locate,
  { path, atKey, message, found, valid }: Problem,
): AppError {
  const { line, column } = locate(path, atKey)
  const at = path.length > 0 ? `${toPathText(path)}: ` : ''
  const actual = found === undefined ? '' : `, found ${toFoundText(found)}`
  return new AppError({
    code: 'unreadable_file',
    message: clean(`${file.name}:${line}:${column}: ${at}${message}${actual}.`),
    next: clean(valid ? toAdvice(found, [...valid]) : file.next),
  })
}
