/**
 * The metrics of the OpenTelemetry conventions for MCP, and their buckets in seconds.
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
const bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const

export const operationDuration = {
  name: 'mcp.server.operation.duration',
  description: 'Time from the arrival of an MCP request or notification until its answer.',
  unit: 's',
  bounds,
} as const

/** Of standard input and output: over HTTP there are no sessions. */
export const sessionDuration = {
  name: 'mcp.server.session.duration',
  description: 'Time from the start of a server for one client until that client leaves.',
  unit: 's',
  bounds,
} as const
