import { delimiter } from 'node:path'
import { type Connection, connectClient, entryPoint } from './demo/connect-client.ts'
import { findSubject } from './demo/find-subject.ts'
import { type Question, questions, type Subject } from './demo/questions.ts'
import { prepareData, sampleFolder } from './prepare-data.ts'
import type { CommandContext } from './run-command-line.ts'
import { formatMs } from './terminal.ts'

const listFolders = ({ docs }: CommandContext['config']) => docs.map(({ folder }) => folder).join(delimiter)

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
  await prepareData(context, true)
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
