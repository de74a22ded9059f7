import type { Command } from 'commander'
import { defaultGroup, scopes } from '../../auth/principal.ts'
import type { CommandContext } from '../run-command-line.ts'
import { type CreateFlags, createKeyCommand } from './create-command.ts'
import { listKeysCommand } from './list-command.ts'
import { revokeKeyCommand } from './revoke-command.ts'

type Flags = Readonly<{ data?: string }>

const examples = `
Examples:
  parquetry keys create --name claude-laptop
  parquetry keys create --name reports --group team-a --expires 90d --scopes traces
  parquetry keys list
  parquetry keys revoke claude-laptop`

/** Adds `keys create`, `keys list` and `keys revoke`. */
export function addKeysCommands(
  program: Command,
  toContext: (flags: Flags) => CommandContext,
  setExit: (code: number) => void,
): void {
  const add = (name: string, about: string, parent: Command) =>
    parent
      .command(name)
      .description(about)
      .option('--data <dir>', 'folder with keys.sqlite (PARQUETRY_DATA, ./data)')
      .exitOverride()
  const contextOf = (command: Command) => toContext(command.optsWithGlobals<Flags>())

  const keys = add('keys', 'make, list and revoke the API keys of a server', program).addHelpText(
    'after',
    examples,
  )
  add('create', 'make a key, and print it once', keys)
    .requiredOption('--name <text>', 'who or what uses it')
    .option('--group <name>', 'whose data it sees', defaultGroup)
    .option('--expires <when>', '90d, 12h, the last day (2027-01-31, UTC), or never', 'never')
    .option('--scopes <list>', 'what it may use', scopes.join(','))
    .action(async (flags: CreateFlags, command: Command) =>
      setExit(await createKeyCommand(contextOf(command), flags)),
    )
  add('list', 'print all keys by name, id and last four characters', keys).action(
    async (_: Flags, command: Command) => setExit(await listKeysCommand(contextOf(command))),
  )
  add('revoke', 'refuse a key, and tokens made by it, from the next call on', keys)
    .argument('<id-or-name>', 'as keys list prints them')
    .action(async (idOrName: string, _: Flags, command: Command) =>
      setExit(await revokeKeyCommand(contextOf(command), idOrName)),
    )
}
