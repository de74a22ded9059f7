import { describe, expect, it } from 'vitest'
import { draftMapping } from '../../src/cli/inspect/draft-mapping.ts'
import { formatTable, toCellText } from '../../src/cli/inspect/text-table.ts'
import { parseMapping } from '../../src/exports/mapping/parse-mapping.ts'

describe('the table', () => {
  it('cuts cells, and gives the last column the room that is left', () => {
    const rows = [['a', 'b'.repeat(50), 'c'.repeat(30), 'd']]
    expect(formatTable(['one', 'two', 'three', 'four'], rows, 60)).toEqual({
      lines: [`one  two${' '.repeat(33)}  three`, `a    ${'b'.repeat(35)}…  ${'c'.repeat(16)}…`],
      leftOut: ['four'],
    })
    expect(formatTable(['one'], [['x']], 2)).toEqual({ lines: ['o…', 'x'], leftOut: [] })
    expect(formatTable(['one'], [], 20)).toEqual({ lines: ['one'], leftOut: [] })
  })

  it('shows values plainly', () => {
    expect(toCellText(null)).toBe('')
    expect(toCellText('a\tb')).toBe('a\\tb')
    expect(toCellText(4.5)).toBe('4.5')
    expect(toCellText({ a: ['b'] })).toBe('{"a":["b"]}')
  })
})

describe('the draft of a mapping', () => {
  const draft = (columns: Readonly<Record<string, string>>) =>
    draftMapping(new Map(Object.entries(columns))).join('\n')

  it('fills in what the names suggest', () => {
    const text = draft({
      'Trace-ID': 'VARCHAR',
      operationName: 'VARCHAR',
      'started at': 'TIMESTAMP',
      endTime: 'BIGINT',
      'status: code': 'VARCHAR',
      tags: 'MAP(VARCHAR, VARCHAR)',
    })
    expect(parseMapping('x', text).mapping).toMatchObject({
      kind: 'spans',
      columns: {
        trace_id: 'Trace-ID',
        span_name: 'operationName',
        timestamp: 'started at',
        end: { column: 'endTime', unit: 's' },
        status_code: 'status: code',
      },
      attribute_maps: ['tags'],
      rest: true,
    })
  })

  it.each([['yes'], ['- a'], ['#'], ['a: b'], ['"'], ["it's"], ['{x}'], ['null'], ['12']])(
    'is YAML whatever a column is called: %s',
    (name) => {
      const text = draft({ [name]: 'VARCHAR', trace: 'VARCHAR', time: 'TIMESTAMP', tags: 'VARCHAR' })
      expect(parseMapping('x', text).mapping.columns).toMatchObject({ trace_id: 'trace', timestamp: 'time' })
    },
  )

  it('leaves what it cannot guess to the person', () => {
    expect(draft({ a: 'VARCHAR' }).split('\n')).toEqual([
      'kind: spans  # or logs, which need timestamp and body only',
      'columns:',
      '  trace_id: COLUMN  # which column? One of the list above',
      '  span_name: {value: work}  # cx.interaction.agent for agent legs, or a column',
      '  timestamp: COLUMN  # which column? One of the list above',
      '  duration: {value: 0, unit: s}  # or end: COLUMN',
      'rest: true  # every other column becomes an attribute under its own name',
    ])
  })
})
