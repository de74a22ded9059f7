import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSamples } from '../../../src/cli/write-samples.ts'
import { parseConfig } from '../../../src/config/config.ts'
import { noProgress } from '../../../src/core/progress.ts'
import { askRawExport } from '../../support/raw-export.ts'
import { makeKey } from './running-server.ts'

/** A group of a data folder: its key, the ids of one agent leg, its number of spans, and a word of its documentation. */
export type Group = Readonly<{
  name: string
  key: string
  traceId: string
  spanId: string
  spans: number
  word: string
}>

const measure = (name: string) => `measures:
  ${name}_legs:
    title: Legs of ${name}
    definition: Legs, secretly counted for ${name}.
    service: agent_interaction
    unit: "1"
    numerator: { fn: count }
`

/** A group with 50 journeys, a page and a measure that no other has. */
export async function makeGroup(data: string, name: string, seed: number): Promise<Group> {
  const folder = join(data, 'groups', name)
  const word = `zephyr${name}`
  const config = parseConfig({ data: folder }, {})
  await mkdir(join(folder, 'docs'), { recursive: true })
  await mkdir(join(folder, 'exports'), { recursive: true })
  await writeFile(
    join(folder, 'docs', `${name}-runbook.md`),
    `# The ${name} runbook\n\nThe ${word} procedure restarts the ${name} gateway when calls of ${name} fail. Its owner is Ada ${name}.\n`,
  )
  await writeFile(join(folder, 'measures.yaml'), measure(name))
  const world = { out: config.exportsDir, journeys: 50, days: 2, start: '2026-05-05T00:00:00Z', seed }
  await writeSamples(config, world, noProgress)
  const [span] = await askRawExport(
    folder,
    `SELECT TraceId AS id, SpanId AS span FROM spans WHERE SpanName = 'cx.interaction.agent' ORDER BY 1, 2 LIMIT 1`,
  )
  const [sum] = await askRawExport(folder, 'SELECT count(*)::INTEGER AS n FROM spans')
  const { key } = makeKey(data, name, { group: name })
  return {
    name,
    key,
    traceId: String(span?.['id']),
    spanId: String(span?.['span']),
    spans: Number(sum?.['n']),
    word,
  }
}

/** Everything that tells one of the other group. */
export const traitsOf = ({ name, traceId, spanId, word }: Group) =>
  new RegExp(
    [traceId, spanId, word, `${name}_legs`, `${name}-runbook`, `groups/${name}`, `Ada ${name}`].join('|'),
    'i',
  )
