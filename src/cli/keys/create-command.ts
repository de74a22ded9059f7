import { mkdir } from 'node:fs/promises'
import { createKey, parseKeyName } from '../../auth/create-key.ts'
import { openKeyStore, toKeysPath } from '../../auth/key-store.ts'
import { defaultGroup, parseGroup, parseScopes } from '../../auth/principal.ts'
import { toCommand } from '../../core/command.ts'
import { toGroupConfig } from '../../groups.ts'
import type { CommandContext } from '../run-command-line.ts'
import { formatTime } from './format-time.ts'
import { parseExpiry } from './parse-expiry.ts'

/** The flags as a person typed them. */
export type CreateFlags = Readonly<{ name: string; group: string; expires: string; scopes: string }>

/** Makes a key, and the folder of its group; prints the key, which is nowhere else. Throws `invalid_argument` and as the store does. */
export async function createKeyCommand(
  { config, terminal }: CommandContext,
  flags: CreateFlags,
): Promise<number> {
  const now = Date.now()
  const request = {
    name: parseKeyName(flags.name, '--name'),
    group: parseGroup(flags.group, '--group'),
    scopes: parseScopes(flags.scopes, '--scopes'),
    expires: parseExpiry(flags.expires, '--expires', now),
  }
  const { exportsDir } = toGroupConfig(config, request.group)
  if (request.group !== defaultGroup) await mkdir(exportsDir, { recursive: true })
  const store = openKeyStore(toKeysPath(config.dataDir))
  try {
    const { key, record } = createKey(store, request, now)
    const end = record.expires === undefined ? 'never expires' : `expires ${formatTime(record.expires)} UTC`
    terminal.line(
      `Key ${terminal.bold(record.name)} (${record.id}): group ${record.group}, scopes ${record.scopes.join(', ')}, ${end}.\n`,
    )
    terminal.line(`  ${terminal.accent(key)}\n`)
    terminal.line('Keep it now: it is not stored, and not shown again. Clients send it in this header:\n')
    terminal.line('  Authorization: Bearer <the key>\n')
    terminal.line(`Exports that it sees: ${exportsDir}`)
    terminal.line(`To take it back:      ${toCommand(`keys revoke ${record.id}`)}`)
    return 0
  } finally {
    store.close()
  }
}
