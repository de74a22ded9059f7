import type { JsonValue } from '../../../core/json-value.ts'
import { quoteText } from '../../../core/sql-text.ts'
import { toAnyText } from '../../values/attributes/any-value.ts'
import { toEntryMap } from '../../values/attributes/entries.ts'
import { toProtoText } from '../../values/attributes/proto-any-value.ts'
import { type Cell, isAbsent } from '../../values/cell.ts'
import { fieldOf, toStructFields } from '../../values/struct-type.ts'

/** Where in a trace an attribute stands that a block keeps in a column of its own. */
type Scope = 'resource' | 'span' | 'event'

type Dedicated = Readonly<{ scope: Scope; name: string; type: 'String' | 'Int'; isList: boolean }>

const isObject = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const scopes: readonly Scope[] = ['resource', 'span', 'event']

const types = { string: 'String', int: 'Int' } as const

const isType = (name: JsonValue): name is keyof typeof types => name === 'string' || name === 'int'

function toDedicated(entry: JsonValue): readonly Dedicated[] {
  if (!isObject(entry) || typeof entry['n'] !== 'string' || entry['n'].includes('\0')) return []
  const scope = scopes.find((candidate) => candidate === (entry['s'] || 'span'))
  const type = entry['t'] || 'string'
  const options = Array.isArray(entry['o']) ? entry['o'] : []
  return scope && isType(type)
    ? [{ scope, name: entry['n'], type: types[type], isList: options.includes('array') }]
    : []
}

/** The assignments of a block's `meta.json`; none where it says nothing that can be read. */
export function parseDedicated(meta: JsonValue | undefined): readonly Dedicated[] {
  const list = isObject(meta) ? meta['dedicatedColumns'] : undefined
  return Array.isArray(list) ? list.flatMap(toDedicated) : []
}

/** SQL for the text of a typed value; of a list its only element, unless it is meant as a list. */
function toValue({ sql, type }: Cell, isList: boolean): string {
  if (!type.endsWith('[]')) return `CAST(${sql} AS VARCHAR)`
  return isList
    ? `CASE WHEN len(${sql}) > 0 THEN CAST(to_json(${sql}) AS VARCHAR) END`
    : `CAST(${sql}[1] AS VARCHAR)`
}

const pair = (key: string, value: string) => `struct_pack(k := ${quoteText(key)}, v := ${value})`

/** Entries of the columns that the block assigns: String01, String02 … and Int01 … count by type, in the order of assignment. */
export function toDedicatedEntries(
  holder: Cell,
  scope: Scope,
  assigned: readonly Dedicated[],
): readonly string[] {
  const columns = fieldOf(holder, 'DedicatedAttributes')
  const own = assigned.filter((dedicated) => dedicated.scope === scope)
  return own.flatMap((dedicated) => {
    const place = own.filter(({ type }) => type === dedicated.type).indexOf(dedicated) + 1
    const cell = fieldOf(columns, `${dedicated.type}${String(place).padStart(2, '0')}`)
    return isAbsent(cell) ? [] : [pair(dedicated.name, toValue(cell, dedicated.isList))]
  })
}

/** Entries of the columns that are there for an attribute of a fixed name. */
export const toFixedEntries = (holder: Cell, names: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(names).flatMap(([column, key]) => {
    const cell = fieldOf(holder, column)
    return isAbsent(cell) ? [] : [pair(key, toValue(cell, false))]
  })

const scalarFields = ['Value', 'ValueInt', 'ValueDouble', 'ValueBool']

/** Values of other types, as an AnyValue in JSON; the name changed from version to version. */
const otherFields = ['ValueArray', 'ValueKVList', 'ValueDropped', 'ValueUnsupported']

/** SQL for whether an attribute is a list: a flag, or in early blocks of version 4 a type of 5 or more. */
function toIsList(attribute: Cell): string {
  const [flag, type] = [fieldOf(attribute, 'IsArray'), fieldOf(attribute, 'ValueType')]
  if (!isAbsent(flag)) return flag.sql
  return isAbsent(type) ? 'FALSE' : `${type.sql} >= 5`
}

/** SQL for the text of one attribute's value. */
function toText(attribute: Cell): string {
  const scalars = scalarFields.map((name) => fieldOf(attribute, name)).filter((cell) => !isAbsent(cell))
  const others = otherFields
    .map((name) => fieldOf(attribute, name))
    .filter((cell) => !isAbsent(cell))
    .map(({ sql }) => toAnyText(`TRY_CAST(nullif(${sql}, '') AS JSON)`, 'camel'))
  const single = [...scalars.map((cell) => toValue(cell, false)), ...others].join(', ')
  if (scalars.every(({ type }) => !type.endsWith('[]'))) return `coalesce(${single})`
  const lists = scalars.map((cell) => toValue(cell, true)).join(', ')
  return `CASE WHEN ${toIsList(attribute)} THEN coalesce(${lists}, '[]') ELSE coalesce(${single}) END`
}

/** SQL for an attribute map of a list of attributes and the entries that stand in columns of their own. */
export function toAttributeMap(list: Cell, entries: readonly string[]): string {
  const attribute: Cell = { sql: 'attr', type: list.type }
  const value = fieldOf(attribute, 'Value')
  const text = value.type === 'BLOB' ? toProtoText(value.sql) : toText(attribute)
  const generic = toStructFields(list.type).has('Key')
    ? [`list_transform(${list.sql}, lambda attr: struct_pack(k := attr."Key", v := ${text}))`]
    : []
  const own = entries.length > 0 ? [`[${entries.join(', ')}]`] : []
  return toEntryMap(`list_concat(${[...generic, ...own, 'NULL'].join(', ')})`)
}
