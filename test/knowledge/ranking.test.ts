import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noProgress } from '../../src/core/progress.ts'
import { createEmbedders } from '../../src/knowledge/embedding/embedders.ts'
import { indexDocs } from '../../src/knowledge/indexing/index-docs.ts'
import { type Knowledge, openKnowledge } from '../../src/knowledge/open-knowledge.ts'

/** Natural questions, the page that answers them and the headings of the passages that do. */
const questions: readonly (readonly [question: string, file: string, heading: RegExp])[] = [
  ['What is MOS score and how is it calculated', 'concepts/mos.md', /How MOS is calculated/],
  ['what is a good or bad MOS value', 'concepts/mos.md', /MOS bands/],
  ['What is jitter?', 'concepts/jitter.md', /^Jitter$/],
  ['how is jitter calculated', 'concepts/jitter.md', /How jitter is calculated/],
  ['what causes high jitter', 'concepts/jitter.md', /Common causes/],
  ['how does jitter affect call quality', 'concepts/jitter.md', /Effect of jitter/],
  ['how much packet loss is acceptable', 'concepts/packet-loss.md', /thresholds/],
  ['why do we lose packets', 'concepts/packet-loss.md', /causes/],
  ['what is the R factor of the E-model', 'concepts/e-model.md', /^E-model and R factor$|G.107/],
  ['convert R to MOS', 'concepts/e-model.md', /From R to MOS/],
  [
    'how is average handle time calculated',
    'concepts/handle-time.md',
    /How average handle time is calculated/,
  ],
  ['what is the service level formula', 'concepts/queues-and-service-level.md', /Service level formula/],
  ['how is abandon rate calculated', 'concepts/abandons.md', /How abandon rate/],
  ['which ports does a firewall need open for TURN', 'concepts/stun-turn-ice.md', /Ports|Firewall/],
  ['how do I find CCP errors in my data', 'concepts/ccp-errors.md', /How to find/],
  ['difference between warm and cold transfer', 'concepts/transfers.md', /Types of transfer/],
  ['why do bots escalate to an agent', 'concepts/bots-and-intents.md', /Why bots escalate/],
  ['what is containment rate', 'concepts/bots-and-intents.md', /Containment rate/],
  ['how is round trip time measured', 'concepts/round-trip-time.md', /How RTT/],
  ['which codec needs how much bandwidth', 'concepts/codecs.md', /bandwidth/],
  ['how does a jitter buffer work', 'concepts/jitter-buffer.md', /How a jitter buffer works/],
  ['what is a span', 'opentelemetry/traces-and-spans.md', /^Traces and spans$|What a span contains/],
  ['log severity numbers meaning', 'opentelemetry/logs.md', /severity/],
  ['thresholds of insights', 'data/insights.md', /thresholds/],
  ['set the memory limit', 'parquetry/configuration.md', /Memory|Environment/],
  ['how do I add my own documentation', 'parquetry/knowledge.md', /Add your own/],
  ['why was my export file rejected', 'parquetry/exports.md', /Rejected|Remove or replace/],
  ['filter traces by queue', 'parquetry/traces-list.md', /Filter by queue/],
  ['what does one row of journey_interaction stand for', 'data/journey-interaction.md', /What one row is/],
  ['why do customers hear no audio', 'investigate/one-way-audio.md', /.*/],
  ['how can I investigate long waiting times', 'investigate/long-waits.md', /.*/],
  ['when are new files imported', 'parquetry/exports.md', /When are new files/],
]

describe('passages of the documentation that comes with Parquetry', () => {
  const docs = [{ name: '', folder: join(import.meta.dirname, '../../docs-corpus') }]
  let index: string
  let knowledge: Knowledge

  beforeAll(async () => {
    index = await mkdtemp(join(tmpdir(), 'parquetry-ranking-'))
    const embedders = createEmbedders('bundled', join(index, 'models'))
    await indexDocs({ docs, index, embedders }, noProgress)
    knowledge = openKnowledge({ docs, index, embedders })
  })
  afterAll(async () => {
    await knowledge.close()
    await rm(index, { recursive: true })
  })

  it('how MOS is calculated comes before its example and before the introduction', async () => {
    const { hits } = await knowledge.search('What is MOS score and how is it calculated', 5)
    expect(hits[0]).toMatchObject({ file: 'concepts/mos.md', anchor: 'how-mos-is-calculated' })
  })

  it('the mean reciprocal rank of the right section is at least 0.8, of the right page 0.9', async () => {
    let section = 0
    let page = 0
    for (const [question, file, heading] of questions) {
      const { hits } = await knowledge.search(question, 10)
      const isPage = (hit: (typeof hits)[number]) => hit.file === file
      const isSection = (hit: (typeof hits)[number]) =>
        isPage(hit) && heading.test(hit.headingPath.join(' > '))
      if (hits.some(isSection)) section += 1 / (hits.findIndex(isSection) + 1)
      if (hits.some(isPage)) page += 1 / (hits.findIndex(isPage) + 1)
    }
    expect(section / questions.length).toBeGreaterThan(0.8)
    expect(page / questions.length).toBeGreaterThan(0.9)
  })
})
