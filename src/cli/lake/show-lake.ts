import { toCommand } from '../../core/command.ts'
import { toLine } from '../inspect/text-table.ts'
import { formatBytes, formatCount, formatFiles } from '../terminal.ts'
import type { LakeFacts, LakeState } from './lake-facts.ts'
import { cutPath, type Page, showRest, showTable, showText, takeShown } from './page.ts'

const mostSources = 20
const mostRejected = 20
const mostPaths = 8

const about: Readonly<Record<LakeState, string>> = {
  missing: 'nothing was imported yet',
  empty: 'nothing was imported yet',
  unreadable: 'its manifest is damaged, or was written by another version of Parquetry',
  published: '',
}

function showTables(page: Page, { tables }: LakeFacts): void {
  const day = (time: string) => time.slice(0, 10)
  const number = (head: string, cells: readonly string[]) => ({ head, cells, as: 'number' as const })
  page.terminal.line()
  showTable(page, [
    { head: 'Table', cells: tables.map(({ table }) => table), as: 'text' },
    number(
      'rows',
      tables.map(({ rows }) => formatCount(rows)),
    ),
    number(
      'size',
      tables.map(({ bytes }) => formatBytes(bytes)),
    ),
    number(
      'files',
      tables.map(({ files }) => formatCount(files)),
    ),
    number(
      'days',
      tables.map(({ days }) => formatCount(days)),
    ),
    {
      head: 'from, to (UTC)',
      cells: tables.map(({ start, end }) => `${day(start)} to ${day(end)}`),
      as: 'text',
    },
  ])
}

function showDisk(page: Page, { disk }: LakeFacts): void {
  const { terminal, width } = page
  const parts = Object.entries(disk.byUse)
    .filter(([, { files }]) => files > 0)
    .map(([use, { bytes }]) => `${formatBytes(bytes)} ${use}`)
  terminal.line(`\n${terminal.bold('On disk')}: ${formatBytes(disk.bytes)} in ${formatFiles(disk.files)}`)
  showText(page, parts.join(', '))
  if (disk.unnamed.length === 0) return
  terminal.line(`\n${terminal.bold('Not named by the manifest')}: ${formatFiles(disk.unnamed.length)}`)
  const shown = takeShown(page, disk.unnamed, mostPaths)
  for (const { file, bytes } of shown)
    terminal.line(`  ${cutPath(toLine(file), width - 14)}  ${formatBytes(bytes)}`)
  showRest(page, disk.unnamed.length, shown.length)
  showText(
    page,
    'No reader of the lake looks at them; the next import that has anything to do removes those that end in .parquet.',
  )
}

function showSources(page: Page, { sources }: LakeFacts): void {
  if (sources.length === 0) return
  const shown = takeShown(page, sources, mostSources)
  const skips = shown.some(({ skippedRows }) => skippedRows > 0)
  page.terminal.line()
  showTable(page, [
    {
      head: `Export (${formatCount(sources.length)})`,
      cells: shown.map(({ path }) => toLine(path)),
      as: 'path',
    },
    { head: 'layout', cells: shown.map(({ layout }) => toLine(layout)), as: 'text' },
    { head: 'kind', cells: shown.map(({ kind }) => kind), as: 'text' },
    { head: 'rows', cells: shown.map(({ rows }) => formatCount(rows)), as: 'number' },
    ...(skips
      ? [
          {
            head: 'skipped',
            cells: shown.map(({ skippedRows }) => formatCount(skippedRows)),
            as: 'number' as const,
          },
        ]
      : []),
    { head: 'size', cells: shown.map(({ bytes }) => formatBytes(bytes)), as: 'number' },
  ])
  showRest(page, sources.length, shown.length)
  const skipped = sources.reduce((sum, { skippedRows }) => sum + skippedRows, 0)
  if (skipped > 0)
    showText(
      page,
      `Skipped: ${formatCount(skipped)} ${skipped === 1 ? 'row' : 'rows'} without a usable trace id, span id or time.`,
    )
}

function showRejected(page: Page, { rejected }: LakeFacts): void {
  if (rejected.length === 0) return
  const { terminal, width } = page
  terminal.line(`\n${terminal.bold('Set aside')}: ${formatFiles(rejected.length)}`)
  const shown = takeShown(page, rejected, mostRejected)
  for (const { path, bytes, reason, next } of shown) {
    terminal.line(`  ${cutPath(toLine(path), width - 14)}  ${terminal.dim(formatBytes(bytes))}`)
    showText(page, reason, '    ')
    showText(page, next, '    ')
  }
  showRest(page, rejected.length, shown.length)
}

const exportsOf = (count: number) => `${formatCount(count)} ${count === 1 ? 'export' : 'exports'}`

/** What an import would do with some paths, and the first of them. */
function showPaths(page: Page, what: string, paths: readonly string[]): void {
  if (paths.length === 0) return
  page.terminal.line(`  ${what}`)
  const shown = takeShown(page, paths, mostPaths)
  for (const path of shown) page.terminal.line(`    ${cutPath(toLine(path), page.width - 4)}`)
  showRest(page, paths.length, shown.length, '    ')
}

function showPending(page: Page, { pending, state }: LakeFacts): void {
  const { terminal } = page
  const { isDue, arrived, changed, gone, retried, rebuild } = pending
  if (!isDue) {
    if (state === 'published') terminal.line(`\n${terminal.bold('An import now')} would find nothing to do.`)
    return
  }
  terminal.line(`\n${terminal.bold('An import now')} would`)
  if (rebuild !== null) showText(page, `build all of the lake anew, as ${rebuild}`)
  showPaths(page, `read ${exportsOf(arrived.length)} that came:`, arrived)
  showPaths(page, `read ${exportsOf(changed.length)} that changed:`, changed)
  showPaths(page, `look again at ${exportsOf(retried.length)} for which there is memory now:`, retried)
  showPaths(page, `take out ${exportsOf(gone.length)} that went:`, gone)
}

/** The next step, where there is one. */
function showNext(page: Page, { state, pending, sources, exportsDir }: LakeFacts): void {
  const { terminal } = page
  if (pending.isDue) terminal.line(`\nRun: ${toCommand('import')}`)
  else if (sources.length === 0) {
    const where = toLine(exportsDir)
    terminal.line(`\nNo exports in ${where}.`)
    terminal.line(`Copy trace exports there, or make some: ${toCommand(`generate-exports --out ${where}`)}`)
    terminal.line(`Then run: ${toCommand('import')}`)
  } else if (state === 'published')
    terminal.line(`\n\`${toCommand('lake verify')}\` compares it with the exports, row by row.`)
}

/** Prints what the lake holds, where it is from, and what an import would do with it. */
export function showLake(page: Page, facts: LakeFacts): void {
  const { terminal } = page
  const { lakeDir, state, publishedAt, tables, disk } = facts
  const when = publishedAt === null ? '' : toLine(publishedAt).slice(0, 16).replace('T', ' ')
  const what = publishedAt === null ? about[state] : `published ${when} UTC`
  terminal.line(`${terminal.bold('Lake')} ${toLine(lakeDir)}: ${what}`)
  if (tables.length > 0) showTables(page, facts)
  else if (state === 'published') terminal.line('  It holds no rows.')
  if (disk.files > 0) showDisk(page, facts)
  showSources(page, facts)
  showRejected(page, facts)
  showPending(page, facts)
  showNext(page, facts)
}
