/**
 * The metric of the OpenTelemetry conventions for MCP, and its buckets in seconds.
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
export const operationDuration = {
  name: 'mcp.server.operation.duration',
  description: 'Time from the arrival of an MCP request or notification until its answer.',
  unit: 's',
  bounds: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
} as const
