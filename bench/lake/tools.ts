import { parseConfig } from '../../src/config/config.ts'
import { openRuntime, type Runtime } from '../../src/runtime.ts'
import { tools } from '../../src/tools/tools.ts'
import { memoryLimitMb } from './database.ts'

/** The tools in this process, with nothing between them and the caller. */
export type Bench = Readonly<{
  runtime: Runtime
  call(name: string, args: object): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}>

export function openBench(data: string): Bench {
  const runtime = openRuntime(
    parseConfig({ data }, { PARQUETRY_LOG: 'error', PARQUETRY_MEMORY_MB: String(memoryLimitMb) }),
  )
  const context = { runtime, signal: new AbortController().signal }
  return {
    runtime,
    call: async (name, args) => {
      const tool = tools.find((candidate) => candidate.name === name)
      if (!tool) throw new Error(`no tool ${name}`)
      const { output } = await tool.call(args, context)
      return output as Readonly<Record<string, unknown>>
    },
    close: () => runtime.close(),
  }
}
