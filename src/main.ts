#!/usr/bin/env node
const oldest = 22

if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(`parquetry: Node.js ${oldest} or newer is needed; this is ${process.version}.\n`)
  process.exit(1)
}

const { runCommandLine } = await import('./cli/run-command-line.ts')
process.exitCode = await runCommandLine(process.argv)
