import { defineColumns } from '../column.ts'
import type { Service } from '../service.ts'
import { spanColumns } from './span-columns.ts'

const columns = defineColumns('Attributes.cx.', [
  ['contact.id', 'string', '', 'Contact id'],
  ['flow.id', 'string', '', 'Flow id'],
  ['flow.name', 'string', '', 'Flow name'],
  ['flow.type', 'string', '', 'inbound, customer queue, whisper, outbound, transfer or disconnect'],
  ['flow.version', 'string', '', 'Published version of the flow; compare before and after a release'],
  ['flow.resource_type', 'string', '', 'flow or module'],
  ['flow.module_name', 'string', '', 'Module name, if the node is part of one'],
  ['flow.node.id', 'string', '', 'Node (block) id'],
  ['flow.node.name', 'string', '', 'Node name'],
  ['flow.node.type', 'string', '', 'Block type: GetUserInput, InvokeExternalResource, TransferToQueue ...'],
  ['flow.node.index', 'integer', '', 'Order within the journey'],
  ['flow.node.result', 'string', '', 'Branch taken: Success, Error, Timeout, NoMatch, InHours ...'],
  ['flow.node.error', 'boolean', '', 'Whether the node failed'],
  ['flow.node.error_code', 'string', '', 'Error code, e.g. Lambda.TimeoutException'],
  ['flow.node.error_message', 'string', '', 'Error text'],
  ['flow.node.retry_count', 'integer', 'retries', 'Retries'],
  ['flow.node.duration_ms', 'integer', 'ms', 'Time spent in the node'],
  ['flow.node.input', 'string', '', 'Key presses or utterance, may be masked'],
  ['flow.node.parameters', 'string', 'JSON', 'Parameters of the block'],
  ['flow.node.external_latency_ms', 'integer', 'ms', 'Latency of the Lambda or HTTP call'],
  ['flow.node.external_status', 'integer', '', 'Status of the external call'],
  ['flow.next.type', 'string', '', 'Where the journey went next: flow, queue, agent or disconnect'],
  ['flow.next.id', 'string', '', 'Id of the next step'],
  ['flow.queue.name', 'string', '', 'Queue chosen'],
  ['flow.language', 'string', '', 'Language'],
  ['flow.outcome', 'string', '', 'Completed, Abandoned, Transferred or Error'],
  ['flow.channel', 'string', '', 'VOICE or CHAT'],
  ['flow.initiation_method', 'string', '', 'How the contact began'],
  ['flow.is_exit', 'boolean', '', 'Whether the flow ended at this node'],
])

export const nodeInteraction: Service = {
  name: 'node_interaction',
  grain: 'one execution of an IVR or contact-flow node',
  use: 'IVR flow analysis, failing nodes, error rates, external latency',
  spanName: 'cx.flow.node',
  columns: [...spanColumns, ...columns],
  nestedColumns: ['attributes', 'resource_attributes'],
}
