import { hasColumns, type Source } from '../../exports/layouts/layout.ts'
import { layouts } from '../../exports/layouts/layouts.ts'
import { draftMapping } from './draft-mapping.ts'
import type { Page } from './show-relation.ts'
import { cut, toLine } from './text-table.ts'

const indent = '  '
const mostColumns = 60
const mostLayouts = 3

type Near = Readonly<{ about: string; lacking: readonly string[]; share: number }>

/** Layouts that the columns come nearest to, of those that say what they need. */
function findNearLayouts(source: Source): readonly Near[] {
  return layouts
    .flatMap(({ about, needs = [] }) => {
      const lacking = needs.filter((name) => !hasColumns(source, [name]))
      const share = needs.length === 0 ? 0 : 1 - lacking.length / needs.length
      return share > 0 ? [{ about, lacking, share }] : []
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, mostLayouts)
}

function showColumns({ terminal, width }: Page, { columns }: Source): void {
  const shown = [...columns].slice(0, mostColumns)
  const label = Math.min(Math.max(...shown.map(([name]) => toLine(name).length)), Math.floor(width / 2))
  terminal.line(`\n${indent}${terminal.bold('Its columns')}`)
  for (const [name, type] of shown) {
    const left = cut(toLine(name), label).padEnd(label)
    terminal.line(`${indent}${indent}${left}  ${terminal.dim(cut(toLine(type), width - label - 6))}`)
  }
  if (columns.size > shown.length)
    terminal.line(`${indent}${indent}${terminal.dim(`and ${columns.size - shown.length} more`)}`)
}

function showNear({ terminal, width }: Page, source: Source): void {
  const near = findNearLayouts(source)
  if (near.length === 0) return
  terminal.line(`\n${indent}${terminal.bold('Nearest layouts')}`)
  for (const { about, lacking } of near) {
    const lacks = lacking.length === 0 ? 'its columns are of other types' : `lacks ${lacking.join(', ')}`
    terminal.line(`${indent}${indent}${about}`)
    terminal.line(`${indent}${indent}${indent}${terminal.dim(cut(lacks, width - 6))}`)
  }
}

/** Prints the columns of a file that no layout fits, the nearest layouts, and a mapping file to start from. */
export function showUnknown(page: Page, source: Source, mappingName: string): void {
  const { terminal } = page
  showColumns(page, source)
  showNear(page, source)
  terminal.line(
    `\n${indent}${terminal.bold(`A mapping to start from`)}: save it beside the file as ${toLine(mappingName)}`,
  )
  terminal.line()
  for (const line of draftMapping(source.columns)) terminal.line(line)
  terminal.line(`\n${indent}docs/mapping-files.md describes its keys. Then run parquetry inspect again.`)
}
