import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { toCommand } from '../../core/command.ts'
import { noProgress, type Progress } from '../../core/progress.ts'
import { isRight } from '../../lake/verify/check.ts'
import { type Verification, verifyLake } from '../../lake/verify/verify-lake.ts'
import { toLine } from '../inspect/text-table.ts'
import type { CommandContext } from '../run-command-line.ts'
import { formatCount, formatMs } from '../terminal.ts'
import { createPage, printJson } from './page.ts'
import { showChecks } from './show-checks.ts'

/** Works in a folder of its own, which is gone afterwards, even where a person interrupts. */
async function verifyInScratch(config: Config, progress: Progress): Promise<Verification> {
  const scratch = await mkdtemp(join(tmpdir(), 'parquetry-verify-'))
  const remove = () => rmSync(scratch, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    return await verifyLake(config, scratch, progress)
  } finally {
    process.removeListener('exit', remove)
    remove()
  }
}

/** The verification with the keys that programs see. */
const toJson = ({ exportsDir, lakeDir }: Config, { manifest, checks }: Verification) => ({
  exportsDir,
  lakeDir,
  generation: manifest.generation,
  publishedAt: manifest.publishedAt,
  isRight: checks.every(isRight),
  checks: checks.map((check) => ({
    name: check.name,
    about: check.about,
    isRight: isRight(check),
    figures: check.figures,
    differences: check.differences,
  })),
})

/** Recounts the lake against the exports and says what differs, and where. Exit code 1 when anything does. */
export async function lakeVerifyCommand(
  { config, terminal }: CommandContext,
  { isJson, isWhole }: Readonly<{ isJson: boolean; isWhole: boolean }>,
): Promise<number> {
  const started = performance.now()
  const found = isJson
    ? await verifyInScratch(config, noProgress)
    : await terminal.during((progress) => verifyInScratch(config, progress))
  const wrong = found.checks.filter((check) => !isRight(check)).length
  if (isJson) {
    printJson(terminal, toJson(config, found))
    return wrong === 0 ? 0 : 1
  }
  const took = formatMs(performance.now() - started)
  terminal.line(`${terminal.bold('Verified')} ${toLine(config.lakeDir)} (${took})\n`)
  showChecks(createPage(terminal, isWhole), found.checks)
  const total = formatCount(found.checks.length)
  if (wrong === 0) {
    terminal.line(`\nAll ${total} checks are right: the lake is what the exports say.`)
    return 0
  }
  terminal.line(`\n${terminal.bold(`${formatCount(wrong)} of ${total} checks are wrong.`)}`)
  terminal.line(
    `The exports are the truth: remove ${toLine(config.lakeDir)} and run \`${toCommand('import')}\` to build all anew.`,
  )
  return 1
}
