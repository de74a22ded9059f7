#!/usr/bin/env node
import module from 'node:module'
import { join } from 'node:path'

const oldest = [22, 18] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `parquetry: Node.js ${oldest.join('.')} or newer is needed; this is ${process.version}.\n`,
  )
  process.exit(1)
}

// What was compiled once is read from then on: a client that starts a server waits for it. It lies beside the code, where
// nobody may write who may not change the code itself; where this process may not either, there is no cache.
module.enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'parquetry'))
const { runCommandLine } = await import('./cli/run-command-line.ts')
process.exitCode = await runCommandLine(process.argv)
