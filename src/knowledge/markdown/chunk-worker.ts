import { parentPort } from 'node:worker_threads'
import { chunkDocument } from './chunk-document.ts'

/** What the thread is sent; it answers with the document's chunks, or ends with the parser's error. */
export type ChunkRequest = Readonly<{ text: string; file: string }>

parentPort?.on('message', ({ text, file }: ChunkRequest) => {
  parentPort?.postMessage(chunkDocument(text, file))
})
