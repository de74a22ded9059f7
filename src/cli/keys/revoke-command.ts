import { existsSync } from 'node:fs'
import type { KeyRecord } from '../../auth/key-record.ts'
import { openKeyStore, toKeysPath } from '../../auth/key-store.ts'
import { resolveKey } from '../../auth/resolve-key.ts'
import { AppError } from '../../core/errors.ts'
import type { CommandContext } from '../run-command-line.ts'
import { formatTime } from './format-time.ts'

const toReport = ({ name, id, revoked }: KeyRecord) =>
  revoked === undefined
    ? `Revoked key ${name} (${id}). Calls with it, and with tokens made by it, are refused from now on.`
    : `Key ${name} (${id}) was revoked before, ${formatTime(revoked)} UTC. Nothing changed.`

/** Revokes a key by its id or name; one that is revoked stays so. Throws `not_found`, `invalid_argument`, and as the store does. */
export async function revokeKeyCommand(
  { config, terminal }: CommandContext,
  idOrName: string,
): Promise<number> {
  const path = toKeysPath(config.dataDir)
  if (!existsSync(path)) {
    throw new AppError({
      code: 'not_found',
      message: `There are no keys in ${config.dataDir}.`,
      next: 'Name the data folder by --data or PARQUETRY_DATA.',
    })
  }
  const store = openKeyStore(path)
  try {
    const key = resolveKey(store.list(), idOrName)
    store.revoke(key.id, Date.now())
    terminal.line(toReport(key))
    return 0
  } finally {
    store.close()
  }
}
