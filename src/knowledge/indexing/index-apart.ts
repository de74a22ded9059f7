import { fork } from 'node:child_process'
import { once } from 'node:events'
import { AppError, type ErrorDetails } from '../../core/errors.ts'
import type { Corpus } from '../corpora.ts'
import type { IndexSummary } from './index-docs.ts'

/** Documentation, where its index lies, and which model by its name makes the vectors. */
export type IndexRequest = Readonly<{
  docs: readonly Corpus[]
  index: string
  embedder: string
  modelsDir: string
}>

export type IndexReply = Readonly<{ summary: IndexSummary } | { details?: ErrorDetails; reason: string }>

/** The sources run as they are and compiled. */
const processUrl = import.meta.url.endsWith('.ts')
  ? new URL('./index-process.ts', import.meta.url)
  : new URL('./index-process.js', import.meta.url)

const longestReason = 2_000

/**
 * Indexes in a process of its own, which gives all its memory back: in a server that runs for weeks each run would leave some
 * megabytes behind. The process ends with the signal, or with this one, and never harms the index in force. Throws what `indexDocs` throws.
 */
export async function indexApart(request: IndexRequest, signal: AbortSignal): Promise<IndexSummary> {
  const child = fork(processUrl, {
    execArgv: [],
    serialization: 'advanced',
    // The native libraries write what only a failure makes worth reading.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  })
  // Once it has been told to end, what else it meets is of no interest.
  child.on('error', () => {})
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-longestReason)
  })
  const ended = once(child, 'exit').then(([code, cause]) => {
    throw new Error(`the indexing process ended (${cause ?? code}): ${said}`)
  })
  const answered = once(child, 'message').then(([reply]) => reply as IndexReply)
  // Where there is no room for a process, there is nothing to send to.
  child.once('spawn', () => child.send(request))
  const reply = await Promise.race([answered, ended])
  if ('summary' in reply) return reply.summary
  throw reply.details ? new AppError(reply.details, { cause: reply.reason }) : new Error(reply.reason)
}
