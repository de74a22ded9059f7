import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** How long the tool's answer and its description are, in characters. */
export type Sizes = Readonly<{ answer: number; description: number }>

/** Sizes of a tool that does nothing. */
export const smallest: Sizes = { answer: 2, description: 7 }

const inputSchema = z.object({})

/** A server with one tool, `empty`, that does nothing. */
export function createEmptyServer(sizes: Sizes): McpServer {
  const server = new McpServer({ name: 'empty', version: '1.0.0' })
  const text = 'x'.repeat(sizes.answer)
  server.registerTool('empty', { description: 'x'.repeat(sizes.description), inputSchema }, () => ({
    content: [{ type: 'text', text }],
  }))
  return server
}

/** The sizes that a URL asks for: `?answer=1000&description=20000`. */
export function readSizes(url: string): Sizes {
  const query = new URL(url).searchParams
  const read = (name: keyof Sizes) => Number(query.get(name) ?? smallest[name])
  return { answer: read('answer'), description: read('description') }
}
