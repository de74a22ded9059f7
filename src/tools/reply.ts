import { escapeControls } from '../core/clean-text.ts'
import { type ErrorDetails, toErrorDetails } from '../core/errors.ts'
import type { ResourceLink } from './tool.ts'

/** An MCP tool result, in the protocol's own form. */
export type Reply = Readonly<{
  content: ({ type: 'text'; text: string } | ({ type: 'resource_link' } & ResourceLink))[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}>

/**
 * A result whose structured content and text are each complete: clients show the model one or the other.
 * Control characters of the data are made visible in the text, where they could pass for something else.
 */
export const toReply = (
  output: Readonly<Record<string, unknown>>,
  text: string,
  links: readonly ResourceLink[] = [],
): Reply => ({
  content: [
    { type: 'text', text: escapeControls(text) },
    ...links.map((link) => ({ type: 'resource_link' as const, ...link })),
  ],
  structuredContent: { ...output },
})

const list = (names: ErrorDetails['expected']) => (typeof names === 'string' ? names : names?.join(', '))

/** An error as lines that an assistant can act on. */
export function toErrorText(error: ErrorDetails): string {
  const lines = [
    `Error (${error.code}): ${error.message}`,
    error.path && `at: ${error.path}`,
    error.actual !== undefined && `found: ${JSON.stringify(error.actual)}`,
    error.expected && `valid: ${list(error.expected)}`,
    error.nearest && error.nearest.length > 0 && `nearest: ${error.nearest.join(', ')}`,
    error.next && `next: ${error.next}`,
  ]
  return lines.filter((line) => typeof line === 'string' && line !== '').join('\n')
}

/** A failed call as a tool error, which the model sees, not as a protocol error, which it may not. */
export const toErrorReply = (error: unknown): Reply => ({
  content: [{ type: 'text', text: escapeControls(toErrorText(toErrorDetails(error))) }],
  isError: true,
})
