import { basename } from 'node:path/posix'
import { AppError } from '../../core/errors.ts'
import { toYamlError } from '../../core/yaml/problem.ts'
import type { Engine, Statement } from '../../engine/engine.ts'
import type { CanonicalRelation } from '../canonical.ts'
import type { ExportFile } from '../find-files.ts'
import type { ReadingPlace } from '../formats/format.ts'
import type { Source } from '../layouts/layout.ts'
import { openExport, unreadable } from '../open-export.ts'
import { compileMapping } from './compile-mapping.ts'
import { listColumns, listRules } from './mapped-columns.ts'
import { toMappingFile } from './mapping-file.ts'
import { type ParsedMapping, parseMapping } from './parse-mapping.ts'

const mostBytes = 1_000_000

async function readText(place: ReadingPlace, file: ExportFile): Promise<string> {
  const handle = await openExport(place.exportsDir, file)
  try {
    const { size } = await handle.stat()
    if (size > mostBytes)
      throw unreadable(
        `${basename(file.path)}:1:1: is larger than 1 MB.`,
        'A mapping is a page at most: check that this is one.',
      )
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Throws `unreadable_file` for the first column that the export doesn't have. */
function checkColumns({ name: file, mapping, locate }: ParsedMapping, { columns }: Source): void {
  const missing = listColumns(mapping).find(({ name }) => !columns.has(name))
  if (!missing) return
  const { name, path } = missing
  throw toYamlError(toMappingFile(file), locate, {
    path,
    message: 'is no column of the export',
    found: name,
    valid: columns.keys(),
  })
}

const isNumber = (type: string | undefined) => /INT|^(DOUBLE|FLOAT|DECIMAL)/.test(type ?? '')

/** Throws `unreadable_file` where a time is a number and nothing says of what. */
function checkUnits({ name: file, mapping, locate }: ParsedMapping, { columns }: Source): void {
  const bare = listRules(mapping).find(
    ({ rule, path: [section, name] }) =>
      section === 'columns' &&
      (name === 'timestamp' || name === 'end') &&
      isNumber(columns.get(rule.column ?? '')) &&
      rule.unit === undefined &&
      rule.format === undefined,
  )
  if (!bare) return
  throw toYamlError(toMappingFile(file), locate, {
    path: bare.path,
    message: `is a number (${columns.get(bare.rule.column ?? '')}) and needs a unit: write {column: …, unit: ms}`,
    valid: ['ns', 'us', 'ms', 's'],
  })
}

/** Whether the engine takes a statement; a run that was stopped says nothing of that. */
const isTaken = (engine: Engine, statement: Statement): Promise<boolean> =>
  engine.run(statement).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.details.code === 'timeout') throw error
      return false
    },
  )

/** What the engine alone knows to be valid: strptime formats and names of time zones. */
async function checkTimeRules(engine: Engine, { name: file, mapping, locate }: ParsedMapping): Promise<void> {
  for (const { rule, path } of listRules(mapping)) {
    const formats = rule.format === undefined ? [] : [rule.format].flat()
    for (const format of formats) {
      if (await isTaken(engine, { sql: "SELECT TRY_STRPTIME('', ?)", params: [format] })) continue
      throw toYamlError(toMappingFile(file), locate, {
        path: [...path, 'format'],
        message: 'is no format of a time, such as %d.%m.%Y %H:%M:%S (strptime)',
        found: format,
      })
    }
    const zone = rule.timezone
    if (zone === undefined) continue
    if (await isTaken(engine, { sql: "SELECT TIMESTAMP '2026-01-01' AT TIME ZONE ?", params: [zone] }))
      continue
    throw toYamlError(toMappingFile(file), locate, {
      path: [...path, 'timezone'],
      message: 'is no time zone, such as Europe/Prague or UTC',
      found: zone,
      valid: Intl.supportedValuesOf('timeZone'),
    })
  }
}

/**
 * The rows of an export as the mapping file beside it says. Throws `unreadable_file` with a reason that begins with the
 * mapping's name, line and column where the mapping is wrong or doesn't fit the export.
 */
export async function readMappedExport(
  place: ReadingPlace,
  file: ExportFile,
  source: Source,
): Promise<CanonicalRelation> {
  const parsed = parseMapping(basename(file.path), await readText(place, file))
  checkColumns(parsed, source)
  checkUnits(parsed, source)
  await checkTimeRules(place.engine, parsed)
  return compileMapping(source, parsed.mapping)
}

/** The error of a mapping that no file is read by. */
export function toIdleMapping({ path }: ExportFile): AppError {
  const name = basename(path)
  const stem = name.replace(/(?:^|\.)mapping\.ya?ml$/i, '')
  return unreadable(
    `${name}:1:1: there is no export beside it whose name begins with "${stem}".`,
    'Copy the export next to the mapping, or name the mapping after it: calls.mapping.yaml is for calls-2026-05.csv.',
  )
}
