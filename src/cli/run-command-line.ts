import { delimiter } from 'node:path'
import { Command, CommanderError } from 'commander'
import { type Config, parseConfig } from '../config/config.ts'
import { parseServeConfig, type ServeFlags } from '../config/serve-config.ts'
import { escapeControls } from '../core/clean-text.ts'
import { AppError } from '../core/errors.ts'
import { toFileError } from '../core/file-error.ts'
import { version } from '../core/version.ts'
import { addKeysCommands } from './keys/add-keys-commands.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { toUserPath, toUserPaths } from './user-path.ts'

/** What a command gets: the configuration, a terminal to write on, and its own arguments and flags. */
export type CommandContext = Readonly<{ config: Config; terminal: Terminal }>

type Flags = Readonly<{ data?: string; docs?: string }>
type LakeFlags = Flags & Readonly<{ json?: boolean; all?: boolean }>

/** What a command about the lake prints, and how. */
const addLakeOptions = (command: Command) =>
  command.option('--json', 'everything as JSON, for programs').option('--all', 'lists in full').exitOverride()
const toPrinting = ({ json = false, all = false }: LakeFlags) => ({ isJson: json, isWhole: all })

const examples = `
Examples:
  parquetry demo                      sample data, import, and ten questions answered
  parquetry import                    bring the lake up to date with data/exports
  parquetry inspect calls.csv         how a file would be read, and what it lacks
  parquetry lake                      what the lake holds, and what an import would do now
  parquetry lake verify               whether the lake is what the exports say
  parquetry index-docs docs-corpus    rebuild the documentation index
  parquetry mcp                       serve MCP on standard input and output
  parquetry keys create --name me     a key for a server that others reach
  parquetry serve                     serve MCP over HTTP, on 127.0.0.1:8787

Environment: PARQUETRY_DATA (./data), PARQUETRY_DOCS (./docs-corpus); see the documentation for all settings.`

function createProgram(setExit: (code: number) => void): Command {
  const program = new Command('parquetry')
    .description(
      'Answers from Parquet trace exports and Markdown documentation, over the Model Context Protocol.',
    )
    .version(version, '--version')
    .exitOverride()
    .addHelpText('after', examples)

  const add = (name: string, about: string, parent = program) =>
    parent
      .command(name)
      .description(about)
      .option('--data <dir>', 'folder with exports/, lake/ and knowledge/ (PARQUETRY_DATA, ./data)')
      .option(
        '--docs <dir>',
        'folders with Markdown documentation, as in PATH (PARQUETRY_DOCS, ./docs-corpus)',
      )
      .exitOverride()

  const context = (flags: Flags): CommandContext => ({
    config: parseConfig(
      { data: flags.data && toUserPath(flags.data), docs: flags.docs && toUserPaths(flags.docs) },
      process.env,
    ),
    terminal: createTerminal(process.stdout),
  })

  add('demo', 'sample data, import, index, and ten questions answered through a real MCP client').action(
    async (flags: Flags) => setExit(await (await import('./demo-command.ts')).demoCommand(context(flags))),
  )
  add('mcp', 'serve MCP on standard input and output').action(async (flags: Flags) =>
    setExit(await (await import('./mcp-command.ts')).mcpCommand(context(flags))),
  )
  add('serve', 'serve MCP over HTTP')
    .option('--host <address>', 'address to listen on (PARQUETRY_HOST, 127.0.0.1)')
    .option('--port <n>', 'port to listen on; 0 for a free one (PARQUETRY_PORT, 8787)')
    .option('--public-url <url>', 'how clients call it behind a proxy (PARQUETRY_PUBLIC_URL)')
    .option('--trust-proxy <addresses>', 'proxies whose X-Forwarded-For is believed (PARQUETRY_TRUST_PROXY)')
    .action(async (flags: Flags & ServeFlags) =>
      setExit(
        await (await import('./serve-command.ts')).serveCommand(
          context(flags),
          parseServeConfig(flags, process.env),
        ),
      ),
    )
  add('import', 'bring the lake up to date with the drop folder').action(async (flags: Flags) =>
    setExit(await (await import('./import-command.ts')).importCommand(context(flags))),
  )
  add('inspect', 'say how files or folders would be read, without importing them')
    .argument('<path...>', 'exports, wherever they lie')
    .action(async (paths: readonly string[], flags: Flags) =>
      setExit(await (await import('./inspect-command.ts')).inspectCommand(context(flags), paths)),
    )
  const lake = addLakeOptions(add('lake', 'say what the lake holds, and what an import would do now')).action(
    async (flags: LakeFlags) =>
      setExit(await (await import('./lake-command.ts')).lakeCommand(context(flags), toPrinting(flags))),
  )
  addLakeOptions(
    add('verify', 'recount the lake against the exports; exit code 1 where it is wrong', lake),
  ).action(async (_: LakeFlags, command: Command) => {
    const flags = command.optsWithGlobals<LakeFlags>()
    setExit(
      await (await import('./lake/verify-command.ts')).lakeVerifyCommand(context(flags), toPrinting(flags)),
    )
  })
  add('index-docs', 'index the documentation')
    .argument('[dirs...]', 'folders with Markdown documentation; go before --docs')
    .action(async (dirs: readonly string[], flags: Flags) =>
      setExit(
        await (await import('./index-docs-command.ts')).indexDocsCommand(
          context(dirs.length === 0 ? flags : { ...flags, docs: dirs.join(delimiter) }),
        ),
      ),
    )
  add('generate-exports', 'write believable sample exports')
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--journeys <n>', 'customer journeys; about 14 spans each', '20000')
    .option('--days <n>', 'days', '31')
    .option('--start <iso>', 'first day', '2026-05-01T00:00:00Z')
    .option('--seed <n>', 'same seed, same data', '1')
    .action(async (flags: Flags & Readonly<Record<string, string>>) =>
      setExit(
        await (await import('./generate-exports-command.ts')).generateExportsCommand(context(flags), flags),
      ),
    )
  addKeysCommands(program, context, setExit)
  return program
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode
  const known = error instanceof AppError ? error : toFileError(error)
  const { message, next, path, actual } = known?.details ?? { message: String(error) }
  const found =
    path === undefined || actual === undefined
      ? ''
      : ` (${path}: ${typeof actual === 'number' ? actual : JSON.stringify(actual)})`
  process.stderr.write(`parquetry: ${escapeControls(message)}${found}\n${next ? `${next}\n` : ''}`)
  if (!known && error instanceof Error && process.env['PARQUETRY_LOG'] === 'debug') {
    process.stderr.write(`${error.stack}\n`)
  }
  return 1
}

/** Runs the command line. Returns the exit code: 0 done, 1 failed or wrong usage. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exit = 0
  try {
    await createProgram((code) => {
      exit = code
    }).parseAsync([...argv])
    return exit
  } catch (error) {
    return report(error)
  }
}
