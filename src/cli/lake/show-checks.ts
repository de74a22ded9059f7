import { type Check, isRight } from '../../lake/verify/check.ts'
import { formatCount } from '../terminal.ts'
import { type Page, showRest, showText, takeShown, wrapPieces } from './page.ts'

const mostDifferences = 8

/** What a figure is called on the page; those of no other name are called by their key. */
const labels: Readonly<Record<string, string>> = {
  inLake: 'in lake',
  otherSize: 'of other size',
  namedTwice: 'named twice',
  lackingColumns: 'lacking columns',
  otherRows: 'with other rows',
  otherTimes: 'with other times',
  unsorted: 'out of order',
  otherStart: 'with wrong starts',
  withoutPlace: 'without a place',
  tracesElsewhere: 'traces elsewhere',
  recordsElsewhere: 'records elsewhere',
}

/** What was counted; of what would be wrong only that which there is. */
function toPieces({ figures }: Check): readonly string[] {
  const pieces = Object.entries(figures)
    .filter(([, value], i) => i < 2 || value !== 0)
    .filter(([key, value]) => value !== 0 || !(key in labels) || key === 'inLake')
    .map(([key, value]) =>
      typeof value === 'number' ? `${formatCount(value)} ${labels[key] ?? key}` : `sum ${value}`,
    )
  return pieces.map((piece, i) => (i < pieces.length - 1 ? `${piece},` : piece))
}

/** Prints one line for each check with what was counted, and under those that are wrong each difference. */
export function showChecks(page: Page, checks: readonly Check[]): void {
  const { terminal, width } = page
  const label = Math.max(...checks.map(({ name }) => name.length))
  for (const check of checks) {
    const mark = isRight(check) ? 'ok   ' : terminal.bold('WRONG')
    const [first = '', ...others] = wrapPieces(toPieces(check), width - label - 11)
    terminal.line(`  ${mark}  ${check.name.padEnd(label)}  ${first}`)
    for (const line of others) terminal.line(' '.repeat(label + 11) + line)
    if (isRight(check)) continue
    showText(page, `should be: ${check.about}`, '         ')
    const shown = takeShown(page, check.differences, mostDifferences)
    for (const difference of shown) showText(page, difference, '         ')
    showRest(page, check.differences.length, shown.length, '         ')
  }
}
