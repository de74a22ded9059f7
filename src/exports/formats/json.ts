import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { quoteName, quoteText } from '../../core/sql-text.ts'
import { defineStatement, type Engine } from '../../engine/engine.ts'
import { getFilePattern } from '../file-pattern.ts'
import type { Table } from '../layouts/layout.ts'
import { unreadable } from '../open-export.ts'
import { type Ends, type Format, isText } from './format.ts'
import { toJsonError } from './json-errors.ts'

/** How objects lie in a file: one per line, one after the other in any spacing, or as members of one array. */
type Spacing = 'newline_delimited' | 'unstructured' | 'array'

/** DuckDB's default holds for most files and lets several threads read; the larger one costs memory twice over. */
const objectBytes = { usual: 2 ** 24, largest: 2 ** 28 }

const maxKeys = 2000

type Reading = Readonly<{ spacing: Spacing; bytes: number }>

const readObjects = (path: string, { spacing, bytes }: Reading) =>
  `read_json_objects(${quoteText(getFilePattern(path))}, format = '${spacing}', maximum_object_size = ${bytes}, compression = 'uncompressed')`

const firstCharacter = (head: Buffer) =>
  head
    .toString('utf8')
    .replace(/^\uFEFF?\s*/, '')
    .charAt(0)

const lastCharacter = (tail: Buffer) => tail.toString('latin1').trimEnd().at(-1)

function* listReadings({ head, size }: Ends): Generator<Reading> {
  const spacings =
    firstCharacter(head) === '[' ? ['array' as const] : (['newline_delimited', 'unstructured'] as const)
  for (const spacing of spacings) yield { spacing, bytes: objectBytes.usual }
  const bytes = Math.min(size + 2, objectBytes.largest)
  const last = spacings.at(-1)
  if (last && bytes > objectBytes.usual) yield { spacing: last, bytes }
}

/**
 * Keys in the order in which objects have them; a NULL among them stands for values that are no objects. Each
 * function that parses an object holds all of it once more, so that only one does.
 */
const selectKeys = (objects: string) => `SELECT key
FROM (
  SELECT unnest(keys) AS key, generate_subscripts(keys, 1) AS position
  FROM (SELECT list_concat(json_keys(json), if(starts_with(json, '{'), [], [NULL])) AS keys FROM ${objects})
)
GROUP BY key
ORDER BY min(position), key
LIMIT ${maxKeys + 1}`

/** Reads the whole file once, so that it is known to be well-formed. */
async function readKeys(engine: Engine, objects: string): Promise<readonly (string | null)[]> {
  const rows = await engine.run(defineStatement(selectKeys(objects)))
  return rows.map(({ key }) => (typeof key === 'string' ? key : null))
}

/** Columns have names, without a NUL, that are told apart without regard to case; of equal ones the first stays. */
function toNames(keys: readonly (string | null)[]): readonly string[] {
  if (keys.includes(null))
    throw unreadable('It holds JSON values that are no objects.', 'Export one object per row.')
  if (keys.length > maxKeys)
    throw unreadable(
      `Its objects have more than ${maxKeys} different keys.`,
      'Export rows of a fixed set of columns.',
    )
  const names = new Map<string, string>()
  for (const key of keys) {
    if (!key || key.includes('\0') || names.has(key.toLowerCase())) continue
    names.set(key.toLowerCase(), key)
  }
  if (names.size === 0)
    throw unreadable('It holds no rows.', 'Export it again once there are some, or remove it.')
  return [...names.values()]
}

/** Source: RFC 6901 (JSON Pointer), as DuckDB takes it for a path. */
const toPointer = (key: string) => quoteText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)

function toTable(names: readonly string[], objects: string): Table {
  const fields = names.map((name, i) => `fields[${i + 1}] AS ${quoteName(name)}`)
  const values = `SELECT json_extract_string(json, [${names.map(toPointer).join(', ')}]) AS fields FROM ${objects}`
  return {
    columns: new Map(names.map((name) => [name, 'VARCHAR'])),
    from: `(SELECT ${fields.join(', ')} FROM (${values}))`,
  }
}

/** An array whose end is missing may read as if it ended there. */
function checkClosed({ head, tail }: Ends): void {
  if (firstCharacter(head) !== '[' || lastCharacter(tail) === ']') return
  throw unreadable(
    'The file is incomplete: its end is missing.',
    'Wait for the copy to end, or copy it again.',
  )
}

/** The first reading that takes the whole file. A file of lines is told by the line at which it is damaged. */
async function openJson(engine: Engine, path: string, ends: Ends): Promise<Table> {
  const failures: unknown[] = []
  for (const reading of listReadings(ends)) {
    const objects = readObjects(path, reading)
    const keys = await readKeys(engine, objects).catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause
      failures.push(cause)
    })
    if (keys) return toTable(toNames(keys), objects)
  }
  throw toJsonError(failures)
}

/**
 * JSON objects: one per line, one after the other, or in an array. The columns are their top-level keys, all VARCHAR: scalars
 * as plain text, nested values as JSON text, null as NULL. Of a key that an object has twice the first value counts.
 */
export const json: Format = {
  name: 'JSON',
  matches: ({ head }) => isText(head) && ['{', '['].includes(firstCharacter(head)),
  open: ({ engine, exportsDir }, { path }, ends) => {
    checkClosed(ends)
    return openJson(engine, join(exportsDir, path), ends)
  },
}
