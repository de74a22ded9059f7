import type { Column, ColumnType } from '../catalog/column.ts'

const marks: Readonly<Record<ColumnType, string>> = {
  string: '',
  integer: ':i',
  double: ':d',
  boolean: ':b',
  timestamp: ':t',
}

/** The path up to and with its last dot but one level, so that related columns share it: `Attributes.cx.webrtc.`. */
function toPrefix(path: string): string {
  const parts = path.split('.')
  return parts.length === 1 ? '' : `${parts.slice(0, Math.min(parts.length - 1, 3)).join('.')}.`
}

/** Columns by shared prefix: `{"Attributes.cx.queue.": "name, id, wait_ms:i"}`; a third of the characters of full paths. */
export function foldPaths(columns: readonly Column[]): Record<string, string> {
  const groups = Map.groupBy(columns, ({ path }) => toPrefix(path))
  return Object.fromEntries(
    [...groups].map(([prefix, same]) => [
      prefix,
      same.map(({ path, type }) => `${path.slice(prefix.length)}${marks[type]}`).join(', '),
    ]),
  )
}
