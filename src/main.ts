#!/usr/bin/env node
const oldest = [22, 18] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `parquetry: Node.js ${oldest.join('.')} or newer is needed; this is ${process.version}.\n`,
  )
  process.exit(1)
}

const { runCommandLine } = await import('./cli/run-command-line.ts')
process.exitCode = await runCommandLine(process.argv)
