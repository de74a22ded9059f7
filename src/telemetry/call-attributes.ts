import { maskSecrets } from '../core/mask-secrets.ts'
import type { FinishedCall } from './call.ts'
import { isUri } from './call-names.ts'

type Attributes = Readonly<Record<string, string | number>>

/** Texts from callers are bounded, and masked as in the log. */
const nameLength = 200

function defined(attributes: Readonly<Record<string, string | number | undefined>>): Attributes {
  const pairs = Object.entries(attributes).flatMap(([key, value]): (readonly [string, string | number])[] =>
    value === undefined ? [] : [[key, typeof value === 'string' ? maskSecrets(value, nameLength) : value]],
  )
  return Object.fromEntries(pairs)
}

const targets: Readonly<Record<string, string>> = {
  'tools/call': 'gen_ai.tool.name',
  'prompts/get': 'gen_ai.prompt.name',
}

/** A call's target under the attribute that its method has for it. */
function toTarget(method: string, target: string | undefined): Attributes {
  if (target === undefined || target === '') return {}
  const resource = isUri(target) ? 'mcp.resource.uri' : 'parquetry.resource.kind'
  const key = targets[method] ?? (method.startsWith('resources/') ? resource : undefined)
  return key === undefined ? {} : { [key]: target }
}

const operations: Readonly<Record<string, string>> = { 'tools/call': 'execute_tool' }

const isNumber = (code: string | undefined): code is string => code !== undefined && /^-?\d{1,9}$/.test(code)

/** Why a call failed; undefined if it did not. That a caller cancelled is no failure. */
export function findErrorType({ end: { outcome, code } }: FinishedCall): string | undefined {
  if (outcome === 'ok' || outcome === 'cancelled') return undefined
  return outcome === 'tool_error' ? 'tool_error' : (code ?? outcome)
}

/** `tools/call traces_query`; of low cardinality, so without the URI of a resource. */
export const toSpanName = ({ method, name }: FinishedCall): string =>
  name === '' ? method : `${method} ${name}`

/** Attributes of the metric, all of low cardinality. */
export function toMetricAttributes(call: FinishedCall): Attributes {
  const { method, name, start, end } = call
  return defined({
    'mcp.method.name': method,
    ...toTarget(method, name),
    'gen_ai.operation.name': operations[method],
    'network.transport': start.transport,
    'rpc.response.status_code': isNumber(end.code) ? end.code : undefined,
    'error.type': findErrorType(call),
  })
}

/** Attributes of the span: the conventions', and under `parquetry.` what the log line has besides. */
export function toSpanAttributes(call: FinishedCall): Attributes {
  const { start, end } = call
  return {
    ...toMetricAttributes(call),
    ...defined({
      'mcp.method.name': start.method,
      ...toTarget(start.method, start.target),
      'jsonrpc.request.id': start.requestId,
      'mcp.protocol.version': start.protocolVersion,
      'network.protocol.name': start.transport === 'tcp' ? 'http' : undefined,
      'parquetry.outcome': end.outcome,
      'parquetry.error.code': isNumber(end.code) ? undefined : end.code,
      'parquetry.rows': end.rows,
      'parquetry.answer.bytes': end.bytes,
      'parquetry.key': start.key,
      'parquetry.group': start.group,
      'parquetry.client': start.client,
    }),
  }
}
