import { describe, expect, it } from 'vitest'
import { services } from '../../src/catalog/catalog.ts'
import type { TimeRange } from '../../src/core/time-range.ts'
import { type FindRange, suggestQuery } from '../../src/tools/suggest-query.ts'

const toNs = (text: string) => BigInt(Date.parse(text)) * 1_000_000n
const range: TimeRange = { startNs: toNs('2026-05-01T10:30:00Z'), endNs: toNs('2026-05-03T00:00:01Z') }
const always: FindRange = () => range
/** The whole days in UTC that the range touches; the end is exclusive. */
const days = { startTime: '2026-05-01T00:00:00Z', endTime: '2026-05-04T00:00:00Z' }

const mos = 'Attributes.cx.webrtc.audio.mos_score'
const jitter = 'Attributes.cx.webrtc.audio.jitter_ms'
const queue = 'Attributes.cx.queue.name'
/** A column of several services. */
const shared = 'Attributes.cx.contact.id'

describe('a query on the column of a passage', () => {
  it('counts, averages and takes the 90th percentile of numbers', () => {
    expect(suggestQuery('what is good', `In agent_interaction \`${mos}\` is it.`, always)).toEqual({
      name: 'traces_query',
      arguments: {
        ...days,
        queries: {
          scalar: [
            {
              key: expect.any(String),
              service: 'agent_interaction',
              aggregates: [
                { name: 'count', fn: 'count', path: mos },
                { name: 'average', fn: 'avg', path: mos },
                { name: 'p90', fn: 'p90', path: mos },
              ],
            },
          ],
        },
      },
    })
  })

  it('lists the values of text', () => {
    const call = suggestQuery('which queues', `The queue of agent_interaction is ${queue}.`, always)
    expect(call?.arguments).toEqual({
      ...days,
      queries: { facet: [{ key: expect.any(String), service: 'agent_interaction', path: queue, limit: 10 }] },
    })
  })

  it('takes the column that is named most often', () => {
    const text = `${jitter}, ${mos} and once more ${mos}`
    expect(JSON.stringify(suggestQuery('how good is it', text, always))).toContain(mos)
    expect(JSON.stringify(suggestQuery('how good is it', text, always))).not.toContain(jitter)
  })

  it('but rather the one that the question names', () => {
    const text = `${jitter}, ${mos} and once more ${mos}`
    expect(JSON.stringify(suggestQuery('What is JITTER_MS?', text, always))).toContain(jitter)
  })

  it('takes the service that the passage names, among those with the column', () => {
    for (const name of ['node_interaction', 'agent_interaction']) {
      const call = suggestQuery('which', `${shared} of ${name}`, always)
      expect(JSON.stringify(call)).toContain(`"service":"${name}"`)
    }
  })

  it('takes a service that has rows', () => {
    const some: FindRange = ({ name }) => (name === 'node_interaction' ? range : undefined)
    expect(JSON.stringify(suggestQuery('which', `${shared} of agent_interaction`, some))).toContain(
      '"service":"node_interaction"',
    )
    expect(suggestQuery('which', `${mos} of agent_interaction`, some)).toBeUndefined()
  })

  it('is about the next column where the first has no rows or is none', () => {
    const text = `Attributes.cx.made.up Attributes.cx.made.up Attributes.cx.made.up ${queue}`
    expect(JSON.stringify(suggestQuery('which', text, always))).toContain(queue)
  })

  it.each([
    ['no path', 'The mean opinion score of a leg; see Duration and Timestamp.'],
    ['a path that the catalog lacks', 'Attributes.cx.made.up and Attributes.cx.webrtc.'],
    ['a part of a longer word', `My${mos}`],
    ['a path in another case', mos.toUpperCase()],
    ['a path with an operator behind it', "Attributes.cx.queue'; DROP TABLE x; --"],
    ['nothing', ''],
  ])('is not made from %s', (_, text) => {
    expect(suggestQuery('which column', text, always)).toBeUndefined()
  })

  it('is not made without data', () => {
    expect(suggestQuery('which', `${mos} ${queue}`, () => undefined)).toBeUndefined()
  })

  it('can be made for each attribute of the catalog but times, and names nothing else', () => {
    for (const { name, columns } of services) {
      const attributes = columns.filter(({ path }) => /^(Resource)?Attributes\./.test(path))
      for (const { path, type } of attributes) {
        const call = suggestQuery('which', `${name} has ${path}.`, always)
        if (type === 'timestamp') expect(call, path).toBeUndefined()
        else expect(JSON.stringify(call), path).toContain(`"${path}"`)
      }
    }
  })
})
