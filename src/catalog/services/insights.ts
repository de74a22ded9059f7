import { defineColumns } from '../column.ts'
import type { Service } from '../service.ts'
import { spanColumns } from './span-columns.ts'

const columns = defineColumns('Insight.', [
  ['tag', 'string', '', 'Which rule found it, e.g. high_jitter'],
  ['title', 'string', '', 'The same in words'],
  ['category', 'string', '', 'network, device, agent, signalling, flow, bot or operation'],
  ['severity', 'string', '', 'minor, severe or terminal'],
  ['direction', 'string', '', 'inbound or outbound, where that matters'],
  ['service', 'string', '', 'Service of the row that it was found on'],
  ['metric', 'string', '', 'Path of the column observed'],
  ['unit', 'string', '', 'Unit of the values below'],
  ['observed', 'double', '', 'Observed value; null for a text'],
  ['observed_text', 'string', '', 'Observed value as text'],
  ['threshold', 'double', '', 'Limit that was passed; null for a text'],
  ['score', 'double', 'robust SD', 'For outliers: distance from the median of the peers'],
  ['peer_median', 'double', '', 'For outliers: median of the peers'],
  ['sample_size', 'integer', 'rows', 'For outliers: number of peers'],
])

/** Detected issues. Not stored: found by the rules when it is asked for, so that a new rule holds for all data at once. */
export const insights: Service = {
  name: 'insights',
  grain:
    'one detected issue of one span; has the columns of agent_interaction, node_interaction, ai_interaction too',
  use: 'counting, grouping and ranking issues; each row has the columns of its span too',
  columns: [...columns, ...spanColumns],
  nestedColumns: [],
}
