import { expect, test } from 'vitest'
import { findColumns } from '../../src/query/find-columns.ts'
import { source } from './sample.ts'
import { rareKeys } from './sample-rows.ts'

const always = ['trace_id', 'span_id', 'timestamp']

test.each<[string, unknown, readonly string[]]>([
  ['nothing', {}, []],
  [
    'paths wherever they stand',
    { grouping: ['Attributes.team'], rates: [{ filters: [{ path: 'Attributes.flag', eq: 'true' }] }] },
    ['attributes_team', 'attributes_flag'],
  ],
  ['a name with a quote', { path: 'Attributes.od"d; --' }, ['od"d']],
  ['a map, for what only it holds', { path: `Attributes.${rareKeys.number}` }, ['attributes']],
  ['no path that there is not', { path: 'Attributes.nobody', name: 'attributes_team' }, []],
])('finds %s', (_, request, wanted) => {
  expect([...findColumns(source.schema, request)]).toEqual([...always, ...wanted])
})

test('finds the map for an attribute without a name, and for no other path', () => {
  const schema = { ...source.schema, hasUnnamed: true }
  const find = (path: string) => [...findColumns(schema, { path, fn: 'count' })]
  expect(find('ResourceAttributes.nobody')).toEqual([...always, 'resource_attributes'])
  expect(find('Attributes.team')).toEqual([...always, 'attributes_team'])
  expect(find('Attributes.')).toEqual(always)
  expect(find('nobody')).toEqual(always)
})
