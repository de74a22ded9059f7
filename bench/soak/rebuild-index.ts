import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { entry } from '../http/server-process.ts'
import type { Docs } from './docs.ts'

/** Lets a page come or go and has the documentation indexed by a process of its own, while searches go on. */
export const createIndexRebuild = (docs: Docs, dataDir: string) => async (): Promise<void> => {
  await docs.toggle()
  const args = [entry, 'index-docs', '--data', dataDir, '--docs', docs.folder]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`index-docs ended (${code}): ${said}`)
}
