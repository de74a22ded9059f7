import { rename } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createLog } from '../core/log.ts'
import { createEmbedders } from '../knowledge/embedding/embedders.ts'
import { indexDocs } from '../knowledge/indexing/index-docs.ts'
import { findExportFiles } from '../exports/find-files.ts'
import { syncLake } from '../lake/sync-lake.ts'
import { type Connection, connectClient, entryPoint } from './demo/connect-client.ts'
import { findSubject } from './demo/find-subject.ts'
import { type Question, questions, type Subject } from './demo/questions.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatCount, formatFiles, formatMs } from './terminal.ts'
import { writeSamples } from './write-samples.ts'

const sample = { journeys: 8_000, days: 31, start: '2026-05-01T00:00:00Z', seed: 1 }

const listFolders = ({ docs }: CommandContext['config']) => docs.map(({ folder }) => folder).join(delimiter)

const sampleFolder = ({ exportsDir }: CommandContext['config']) => join(exportsDir, 'sample')

async function prepareExports({ config, terminal }: CommandContext): Promise<void> {
  const files = findExportFiles(config.exportsDir)
  if (files.length > 0) {
    terminal.line(`Exports: ${formatFiles(files.length)} in ${config.exportsDir}`)
    return
  }
  const unfinished = join(config.exportsDir, '.sample')
  const summary = await terminal.during((progress) =>
    writeSamples(config, { out: unfinished, ...sample }, progress),
  )
  await rename(unfinished, sampleFolder(config))
  terminal.line(
    `Exports: none found, so sample data was made: ${formatCount(summary.journeys)} journeys of an invented contact centre, ${formatCount(summary.spans)} spans, May 2026`,
  )
}

async function prepare(context: CommandContext): Promise<void> {
  const { config, terminal } = context
  const docs = await terminal.during((progress) =>
    indexDocs(
      {
        docs: config.docs,
        index: config.knowledgeDir,
        embedders: createEmbedders(config.embedder, config.modelsDir),
      },
      progress,
    ),
  )
  terminal.line(`Docs:    ${docs.files} pages, ${docs.chunks} passages indexed`)
  await prepareExports(context)
  const started = performance.now()
  const { manifest } = await terminal.during((progress) =>
    syncLake(config, { log: createLog(config.logLevel), progress }),
  )
  const rows = manifest.partitions
    .filter(({ table }) => table === 'spans')
    .reduce((sum, part) => sum + part.rows, 0)
  terminal.line(
    `Lake:    ${formatCount(rows)} spans from ${formatFiles(manifest.sources.length)}, ${formatMs(performance.now() - started)}`,
  )
}

/** Cuts JSON into lines after commas, where that is possible. */
const wrap = (json: string, width: number): readonly string[] =>
  json.match(new RegExp(`.{1,${width - 1}}(?:,|$)|.{1,${width}}`, 'g')) ?? []

async function ask(
  number: number,
  question: Question,
  subject: Subject,
  connection: Connection,
  terminal: CommandContext['terminal'],
): Promise<void> {
  const args = question.toArguments(subject)
  const started = performance.now()
  const answer = await connection.call(question.tool, args)
  const took = performance.now() - started
  terminal.line(`\n${terminal.accent(`${number}.`)} ${terminal.bold(question.text)}`)
  for (const line of wrap(`${question.tool} ${JSON.stringify(args)}`, 110))
    terminal.line(`   ${terminal.dim(line)}`)
  terminal.line()
  for (const line of question.show(answer)) terminal.line(`   ${line}`)
  terminal.line(`   ${terminal.dim(`answered in ${formatMs(took)}`)}`)
}

function printNextSteps({ config, terminal }: CommandContext): void {
  const server = {
    command: process.execPath,
    args: [entryPoint, 'mcp', '--data', config.dataDir, '--docs', listFolders(config)],
  }
  terminal.line(`\n${terminal.bold('Connect your assistant')} (Claude Desktop, Cursor; others in README.md):`)
  terminal.line(JSON.stringify({ mcpServers: { parquetry: server } }, undefined, 2))
  terminal.line(
    `\nYour own data: copy Parquet trace exports into ${config.exportsDir}; the next question sees them.`,
  )
  terminal.line(
    `Sample data, where it was made, is in ${sampleFolder(config)}; remove that folder to be rid of it.`,
  )
}

/** Prepares everything on an empty machine, then asks the server ten questions through a real MCP client. */
export async function demoCommand(context: CommandContext): Promise<number> {
  const { config, terminal } = context
  const started = performance.now()
  terminal.line(`${terminal.bold('Parquetry demo')}\n`)
  await prepare(context)
  const connection = await connectClient(['--data', config.dataDir, '--docs', listFolders(config)])
  try {
    const subject = await findSubject(connection)
    if (!subject) {
      terminal.line(
        '\nThese exports hold no agent legs (spans named cx.interaction.agent), which the questions of the demo are about.',
      )
      terminal.line(
        'Connect an assistant and start with get_schema; or run the demo with --data on an empty folder to see sample data.',
      )
      return 0
    }
    for (const [i, question] of questions.entries()) await ask(i + 1, question, subject, connection, terminal)
  } finally {
    await connection.close()
  }
  printNextSteps(context)
  terminal.line(`\n${questions.length} questions answered; ${formatMs(performance.now() - started)} in all.`)
  return 0
}
