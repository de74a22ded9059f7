import { existsSync } from 'node:fs'
import { type KeyRecord, toKeyState } from '../../auth/key-record.ts'
import { openKeyStore, toKeysPath } from '../../auth/key-store.ts'
import { toCommand } from '../../core/command.ts'
import { formatTable, toLine } from '../inspect/text-table.ts'
import type { CommandContext } from '../run-command-line.ts'
import { formatTime } from './format-time.ts'

const header = ['name', 'id', 'group', 'scopes', 'key', 'created', 'expires', 'last used', 'state']

const toRow = (key: KeyRecord, nowMs: number) => [
  toLine(key.name),
  key.id,
  key.group,
  key.scopes.join(','),
  `…${key.last4}`,
  formatTime(key.created).slice(0, 10),
  formatTime(key.expires),
  formatTime(key.lastUsed),
  toKeyState(key, nowMs),
]

function readKeys(path: string): readonly KeyRecord[] {
  if (!existsSync(path)) return []
  const store = openKeyStore(path)
  try {
    return store.list()
  } finally {
    store.close()
  }
}

/** Prints all keys by what may be shown of them. A data folder without keys stays as it is. Throws as the store does. */
export async function listKeysCommand({ config, terminal }: CommandContext): Promise<number> {
  const now = Date.now()
  const keys = readKeys(toKeysPath(config.dataDir))
  if (keys.length === 0) {
    terminal.line(`No keys in ${config.dataDir}.`)
    terminal.line(`Make one: ${toCommand('keys create --name claude-laptop')}`)
    return 0
  }
  const rows = keys.map((key) => toRow(key, now))
  const [head = '', ...lines] = formatTable(header, rows, Number.POSITIVE_INFINITY).lines
  terminal.line(terminal.bold(head))
  for (const line of lines) terminal.line(line)
  terminal.line(terminal.dim('Times are in UTC.'))
  return 0
}
