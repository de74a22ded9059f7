import type { SpanSource } from './span-source.ts'

const result = `CASE
  WHEN n.failed THEN 'Error'
  WHEN n.name = 'CheckHours' THEN CASE WHEN n.is_open THEN 'InHours' ELSE 'OutOfHours' END
  WHEN n.type IN ('GetUserInput', 'StoreUserInput') AND n.input_retries > 2 THEN 'NoMatch'
  WHEN n.type IN ('GetUserInput', 'StoreUserInput') AND n.is_exit AND n.left_in_ivr THEN 'Timeout'
  WHEN n.type = 'CheckStaffing' THEN 'Staffed'
  ELSE 'Success'
END`

const nextType = `CASE
  WHEN n.is_exit AND n.reaches_queue AND j.direction = 'outbound' THEN 'agent'
  WHEN n.is_exit AND n.reaches_queue THEN 'queue'
  WHEN n.is_exit THEN 'disconnect'
  ELSE 'flow'
END`

const outcome = `CASE
  WHEN NOT n.is_exit THEN NULL
  WHEN n.failed THEN 'Error'
  WHEN n.left_in_ivr THEN 'Abandoned'
  WHEN n.reaches_queue THEN 'Transferred'
  ELSE 'Completed'
END`

const input = `CASE n.type
  WHEN 'GetUserInput' THEN samples.pick(n.key, 'digit', ['1', '2', '3', '4'])
  WHEN 'StoreUserInput' THEN '******' || samples.whole(10 * samples.uniform(n.key, 'digit'))
END`

const parameters = `CASE n.type
  WHEN 'InvokeExternalResource' THEN '{"function":"' || n.id || '","timeoutMs":8000}'
  WHEN 'PlayPrompt' THEN '{"prompt":"' || n.id || '"}'
  WHEN 'SetQueue' THEN '{"queue":"' || q.id || '"}'
END`

/** The blocks of the contact flow. */
export const nodeSpans: readonly SpanSource[] = [
  {
    name: 'cx.flow.node',
    kind: 'Internal',
    service: `'amazon-connect'`,
    from: `samples.node n
  JOIN samples.journey j USING (number)
  JOIN samples.flow f ON f.name = j.flow
  JOIN samples.queue q ON q.name = j.queue`,
    spanId: 'n.span_id',
    parentId: 'j.root_span_id',
    startMs: 'n.start_ms',
    endMs: 'n.end_ms',
    status: `CASE WHEN n.failed THEN 'Error' ELSE 'Unset' END`,
    statusMessage: `CASE WHEN n.failed THEN 'Task timed out after 8.00 seconds' ELSE '' END`,
    attributes: {
      'cx.contact.id': 'j.contact_id',
      'cx.flow.id': 'f.id',
      'cx.flow.name': 'f.name',
      'cx.flow.type': 'f.type',
      'cx.flow.version': 'j.flow_version',
      'cx.flow.resource_type': `CASE n.module WHEN '' THEN 'flow' ELSE 'module' END`,
      'cx.flow.module_name': `nullif(n.module, '')`,
      'cx.flow.node.id': 'n.id',
      'cx.flow.node.name': 'n.name',
      'cx.flow.node.type': 'n.type',
      'cx.flow.node.index': 'n.node_index',
      'cx.flow.node.result': result,
      'cx.flow.node.error': 'n.failed',
      'cx.flow.node.error_code': `CASE WHEN n.failed THEN 'Lambda.TimeoutException' END`,
      'cx.flow.node.error_message': `CASE WHEN n.failed THEN 'Task timed out after 8.00 seconds' END`,
      'cx.flow.node.retry_count': 'n.retry_count',
      'cx.flow.node.duration_ms': 'n.duration_ms',
      'cx.flow.node.input': input,
      'cx.flow.node.parameters': parameters,
      'cx.flow.node.external_latency_ms': 'n.external_latency_ms',
      'cx.flow.node.external_status': `CASE WHEN n.external_latency_ms IS NULL THEN NULL WHEN n.failed THEN 504 ELSE 200 END`,
      'cx.flow.next.type': nextType,
      'cx.flow.next.id': `CASE WHEN n.is_exit AND n.reaches_queue THEN q.id END`,
      'cx.flow.queue.name': `CASE WHEN n.type IN ('SetQueue', 'CheckStaffing', 'TransferToQueue') THEN q.name END`,
      'cx.flow.language': 'j.language',
      'cx.flow.outcome': outcome,
      'cx.flow.channel': 'j.channel',
      'cx.flow.initiation_method': 'upper(j.direction)',
      'cx.flow.is_exit': 'n.is_exit',
    },
  },
]
