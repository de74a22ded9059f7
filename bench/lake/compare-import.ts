import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild, type Usage } from './child.ts'
import { median } from './timing.ts'

export type ImportComparison = Readonly<{
  baseline: Usage
  parquetry: Usage
  wallRatio: number
  cpuRatio: number
}>

const middle = (usages: readonly Usage[]): Usage => ({
  wallS: median(usages.map(({ wallS }) => wallS)),
  cpuS: median(usages.map(({ cpuS }) => cpuS)),
  rssMb: Math.max(...usages.map(({ rssMb }) => rssMb)),
})

/** Baseline and first import of a data folder's export in turn; the ratios are of the medians. */
export async function compareImport(data: string, turns: number): Promise<ImportComparison> {
  const usages: { baseline: Usage[]; parquetry: Usage[] } = { baseline: [], parquetry: [] }
  for (let turn = 0; turn < turns; turn++) {
    usages.baseline.push(runChild('run-baseline.ts', [join(data, 'exports'), data]))
    await rm(join(data, 'lake'), { recursive: true, force: true })
    usages.parquetry.push(runChild('run-import.ts', [data]))
  }
  const [baseline, parquetry] = [middle(usages.baseline), middle(usages.parquetry)]
  return {
    baseline,
    parquetry,
    wallRatio: parquetry.wallS / baseline.wallS,
    cpuRatio: parquetry.cpuS / baseline.cpuS,
  }
}
