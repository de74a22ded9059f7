/** The server that starts are compared with: the protocol library on standard input and output, with one empty tool. */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createEmptyServer, smallest } from './empty-server.ts'

serveStdio(() => createEmptyServer(smallest))
