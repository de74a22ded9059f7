import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Chunk } from './chunk-document.ts'
import type { ChunkRequest } from './chunk-worker.ts'

/** `chunkDocument` in a thread of its own, which no document can hold for long. */
export interface Chunker {
  /** Rejects with the reason when the parser fails, or takes too much time or memory. */
  chunk(request: ChunkRequest): Promise<readonly Chunk[]>
  close(): Promise<void>
}

/** Some ten times what ordinary text takes: 5 MB of it about 6 s. */
const defaultLimit = (text: string) => 10_000 + text.length / 100

const script = new URL(`./chunk-worker${extname(import.meta.url)}`, import.meta.url)

const startWorker = () =>
  new Worker(script, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 2_048 } })

const reasons: Readonly<Record<string, string>> = {
  AbortError: 'takes too long',
  ERR_WORKER_OUT_OF_MEMORY: 'takes too much memory',
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown cause'
  const code = 'code' in error ? String(error.code) : ''
  return reasons[error.name] ?? reasons[code] ?? error.message
}

/** Starts its thread with the first document, and a new one after a document that ended it. */
export function createChunker(limitMs: (text: string) => number = defaultLimit): Chunker {
  let worker: Worker | undefined

  async function close(): Promise<void> {
    const closing = worker
    worker = undefined
    await closing?.terminate()
  }

  return {
    chunk: async (request) => {
      worker ??= startWorker()
      const signal = AbortSignal.timeout(Math.ceil(limitMs(request.text)))
      try {
        const answer = once(worker, 'message', { signal })
        worker.postMessage(request)
        const [chunks]: readonly Chunk[][] = await answer
        return chunks ?? []
      } catch (error) {
        await close()
        throw new Error(toReason(error), { cause: error })
      }
    },
    close,
  }
}
