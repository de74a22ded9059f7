import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { quoteText } from '../../../core/sql-text.ts'
import { defineStatement, type Engine } from '../../../engine/engine.ts'
import { getFilePattern } from '../../file-pattern.ts'
import type { Table } from '../../layouts/layout.ts'
import { unreadable } from '../../open-export.ts'
import { type Ends, type Format, isText } from '../format.ts'
import { maxColumns } from '../max-columns.ts'
import { toJsonError } from './json-errors.ts'
import { isResult, openResult } from './json-result.ts'
import { toNames, toTable } from './json-table.ts'

/** How objects lie in a file: one per line, one after the other in any spacing, or as members of one array. */
type Spacing = 'newline_delimited' | 'unstructured' | 'array'

/** DuckDB's default holds for most files and lets several threads read; the larger one costs memory twice over. */
const objectBytes = { usual: 2 ** 24, largest: 2 ** 28 }

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
LIMIT ${maxColumns + 1}`

/** Reads the whole file once, so that it is known to be well-formed. */
async function readKeys(engine: Engine, objects: string): Promise<readonly (string | null)[]> {
  const rows = await engine.run(defineStatement(selectKeys(objects)))
  return rows.map(({ key }) => (typeof key === 'string' ? key : null))
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
    if (keys) return isResult(keys) ? openResult(engine, objects) : toTable(toNames(keys), objects)
  }
  throw toJsonError(failures)
}

/**
 * JSON objects: one per line, one after the other, or in an array. The columns are their top-level keys, all VARCHAR: scalars
 * as plain text, nested values as JSON text, null as NULL. Of a key that an object has twice the first value counts. An object
 * that is the result of a query, as ClickHouse writes it, stands for its rows.
 */
export const json: Format = {
  name: 'JSON',
  matches: ({ head }) => isText(head) && ['{', '['].includes(firstCharacter(head)),
  open: ({ engine, exportsDir }, { path }, ends) => {
    checkClosed(ends)
    return openJson(engine, join(exportsDir, path), ends)
  },
}
