import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { AppError } from '../core/errors.ts'
import { toFileError } from '../core/file-error.ts'
import { createLog } from '../core/log.ts'
import { createDuckDbEngine } from '../engine/duckdb/create-duckdb-engine.ts'
import { toReadableFolders } from '../exports/file-pattern.ts'
import type { ExportUnit } from '../exports/find-units.ts'
import type { ReadingPlace } from '../exports/formats/format.ts'
import { formats } from '../exports/formats/formats.ts'
import { readEnds } from '../exports/formats/read-ends.ts'
import type { Source } from '../exports/layouts/layout.ts'
import { openExport } from '../exports/open-export.ts'
import { openSource } from '../exports/open-source.ts'
import { findLayout, recogniseExport, recogniseSource } from '../exports/recognise.ts'
import { findInspected, type Inspected } from './inspect/find-inspected.ts'
import { readFindings } from './inspect/read-findings.ts'
import { type Page, showRelation } from './inspect/show-relation.ts'
import { showUnknown } from './inspect/show-unknown.ts'
import { toLine } from './inspect/text-table.ts'
import type { CommandContext } from './run-command-line.ts'
import { findLineWidth, formatBytes, formatFiles } from './terminal.ts'
import { toUserPath } from './user-path.ts'

/** `Parquet, 1.2 MB`, or what a folder of tables is. */
async function describeFormat({ exportsDir }: ReadingPlace, unit: ExportUnit): Promise<string> {
  const size = formatBytes(unit.files.reduce((sum, file) => sum + file.size, 0))
  const [file] = unit.files
  if (!file) return 'mapping file'
  if (unit.isFolder) return `folder of tables, ${formatFiles(unit.files.length)}, ${size}`
  const ends = await readEnds(await openExport(exportsDir, file))
  const format = formats.find((candidate) => candidate.matches(ends, file.path))
  return `${format?.name ?? 'of no known format'}, ${size}`
}

/** `calls.mapping.yaml` for `calls-2026-05.csv`: what the name says before its date or number. */
function toMappingName(unit: ExportUnit): string {
  const stem = basename(unit.path)
    .replace(/(\.(parquet|csv|tsv|jsonl?|ndjson|gz|zst))+$/i, '')
    .replace(/[-_.]?\d[\d_.T:-]*$/, '')
  return stem === '' ? 'mapping.yaml' : `${stem}.mapping.yaml`
}

/** Where a unit lies, from where the person stands. */
function toTitle({ exportsDir }: ReadingPlace, { path }: ExportUnit): string {
  const whole = join(exportsDir, path)
  const near = relative(toUserPath('.'), whole)
  return toLine(near.startsWith('..') ? whole : near)
}

/** A mapping without an export has nothing to open. */
async function openUnit(place: ReadingPlace, unit: ExportUnit): Promise<Source> {
  if (unit.files.length === 0) await recogniseExport(place, unit)
  return openSource(place, unit)
}

/** Prints everything about one unit. Throws `unreadable_file` where it can't be read. Gives whether it would be imported. */
async function inspectUnit(page: Page, place: ReadingPlace, unit: ExportUnit): Promise<boolean> {
  const { terminal } = page
  terminal.line(terminal.bold(toTitle(place, unit)))
  terminal.line(`  ${await describeFormat(place, unit)}`)
  const source = await openUnit(place, unit)
  if (!unit.mapping && !findLayout(source)) {
    terminal.line('  Not recognised: its columns are of no known layout')
    showUnknown(page, source, toMappingName(unit))
    return false
  }
  const { layout, about, relations } = await recogniseSource(place, unit, source)
  terminal.line(`  Read ${layout === 'mapping' ? toLine(about) : `as ${layout}: ${about}`}`)
  for (const relation of relations)
    showRelation(page, relation, source.columns, await readFindings(place.engine, relation))
  return true
}

const damaged = new AppError({
  code: 'unreadable_file',
  message: "Its rows cannot be read: the file is damaged, or a value is not of its column's kind.",
  next: 'Export or copy it again.',
})

/** What is wrong with a unit and what would help; the others are inspected all the same. */
function showFailure({ terminal }: Page, error: unknown): void {
  const known = error instanceof AppError ? error : (toFileError(error) ?? damaged)
  terminal.line(`  ${terminal.bold('Cannot be read')}: ${known.message}`)
  if (known.details.next) terminal.line(`  ${known.details.next}`)
}

/** Inspects units with an engine that may read their folder only, and a scratch folder that goes with it. */
async function inspectUnits(
  { config }: CommandContext,
  page: Page,
  { exportsDir, units }: Inspected,
): Promise<boolean> {
  const scratch = await mkdtemp(join(tmpdir(), 'parquetry-inspect-'))
  const engine = await createDuckDbEngine({
    path: ':memory:',
    allowedDirectories: [...toReadableFolders(exportsDir), scratch],
    spillDirectory: join(scratch, 'spill'),
    memoryLimitMb: config.memoryLimitMb,
    timeoutMs: 0,
  })
  const place = { engine, exportsDir, scratchDir: join(scratch, 'decoded') }
  const log = createLog(config.logLevel)
  let isWell = true
  try {
    for (const [i, unit] of units.entries()) {
      if (i > 0) page.terminal.line()
      const isRead = await inspectUnit(page, place, unit).catch((error: unknown) => {
        log.debug(error instanceof Error ? `${error.stack} ${error.cause ?? ''}` : String(error))
        showFailure(page, error)
        return false
      })
      isWell &&= isRead
    }
  } finally {
    await engine.close()
    await rm(scratch, { recursive: true, force: true })
  }
  return isWell
}

/**
 * Says how files or folders would be read, wherever they lie; the lake is not touched. Exit code 1 when one would be set aside.
 * Throws what the operating system says of a path that isn't there.
 */
export async function inspectCommand(context: CommandContext, paths: readonly string[]): Promise<number> {
  const { terminal, config } = context
  const page = { terminal, width: findLineWidth() }
  let isWell = true
  for (const [i, path] of paths.entries()) {
    if (i > 0) terminal.line()
    const inspected = findInspected(config.exportsDir, toUserPath(path))
    isWell = (await inspectUnits(context, page, inspected)) && isWell
  }
  return isWell ? 0 : 1
}
