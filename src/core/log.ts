import { escapeControls } from './clean-text.ts'
import { maskSecrets } from './mask-secrets.ts'

const levels = { error: 0, warn: 1, info: 2, debug: 3 } as const

export type LogLevel = keyof typeof levels

export type Log = Readonly<Record<LogLevel, (message: string) => void>>

/** Longer entries are cut. */
const longestEntry = 20_000

/** Only an entry begins at the start of a line, so that no text in a message passes for another entry; a caller's key is no part of it. */
const toEntry = (message: string) =>
  maskSecrets(escapeControls(message), longestEntry).replaceAll('\n', '\n  ')

/** A log on standard error; standard output belongs to the protocol. */
export function createLog(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const at = (name: LogLevel) => (message: string) => {
    if (levels[name] <= levels[level]) write(`${new Date().toISOString()} ${name} ${toEntry(message)}\n`)
  }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
