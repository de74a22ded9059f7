import type { CommandContext } from './run-command-line.ts'
export async function demoCommand({ terminal }: CommandContext): Promise<number> {
  terminal.line('')
  return 0
}
