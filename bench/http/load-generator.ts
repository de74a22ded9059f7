import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadResult } from './run-load.ts'

/** Does load jobs in a process of its own. */
export type LoadGenerator = Readonly<{ run(job: LoadJob): Promise<LoadResult>; close(): void }>

export function openLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(new URL('./run-load.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [],
  })
  return {
    run: async (job) => {
      child.send(job)
      const [answer] = (await once(child, 'message')) as [{ result?: LoadResult; fault?: string }]
      if (!answer.result) throw new Error(answer.fault)
      return answer.result
    },
    close: () => child.disconnect(),
  }
}
