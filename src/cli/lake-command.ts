import { readLakeFacts } from './lake/lake-facts.ts'
import { createPage, printJson } from './lake/page.ts'
import { showLake } from './lake/show-lake.ts'
import type { CommandContext } from './run-command-line.ts'

/** Says what the lake holds, where it is from, and what an import would do now. Writes nothing. */
export async function lakeCommand(
  { config, terminal }: CommandContext,
  { isJson, isWhole }: Readonly<{ isJson: boolean; isWhole: boolean }>,
): Promise<number> {
  const facts = await readLakeFacts(config)
  if (isJson) printJson(terminal, facts)
  else showLake(createPage(terminal, isWhole), facts)
  return 0
}
