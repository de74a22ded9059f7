import { quoteName, quoteText } from '../../../core/sql-text.ts'
import { attributeMap } from '../../canonical.ts'
import { toEntryMap } from './entries.ts'

/** How a file spells the names of the protocol: `traceId` as the protocol's JSON form has it, or `trace_id`. */
export type Spelling = 'camel' | 'snake'

/** A name that is given in camel case, as the file spells it. */
export const spell = (name: string, spelling: Spelling): string =>
  spelling === 'camel' ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What a JSON value is parsed to: a type, the members of an object, or a list of one shape. */
export type JsonShape = string | readonly [JsonShape] | { readonly [name: string]: JsonShape }

/** The shape as the file spells its names. */
export function spellShape(shape: JsonShape, spelling: Spelling): JsonShape {
  if (typeof shape === 'string') return shape
  if (isList(shape)) return [spellShape(shape[0], spelling)]
  return Object.fromEntries(
    Object.entries(shape).map(([name, part]) => [spell(name, spelling), spellShape(part, spelling)]),
  )
}

const isList = (shape: JsonShape): shape is readonly [JsonShape] => Array.isArray(shape)

/** SQL for a value of type JSON as a typed value. What is missing or of another kind is NULL; it never fails. */
export const toTyped = (json: string, shape: JsonShape): string =>
  `from_json(${json}, ${quoteText(JSON.stringify(shape))})`

const scalars = ['stringValue', 'intValue', 'doubleValue', 'boolValue', 'bytesValue']

const anyShape: JsonShape = {
  ...Object.fromEntries(scalars.map((name) => [name, 'VARCHAR'])),
  arrayValue: 'JSON',
  kvlistValue: 'JSON',
}

/** How deep lists and maps may lie in each other; what lies deeper stays JSON in the protocol's form. */
const levels = 5

/**
 * The members of a nested list or map, as the inner text of a plain JSON list or object. Each item becomes its key, if it
 * has one, the kind of its value and the value; a path with `*` reads lists and maps of either spelling alike.
 */
function toInnerJson(values: string, depth: number): string {
  if (depth === levels) return `CAST(${values} AS VARCHAR)`
  const [x, y, z] = [`x${depth}`, `y${depth}`, `z${depth}`]
  const items = `list_transform(json_extract(${values}, '$.values[*]'), lambda ${x}: struct_pack(k := ${x} -> 'key', v := CASE WHEN (${x} -> 'key') IS NULL THEN ${x} ELSE ${x} -> 'value' END))`
  const members = `list_transform(${items}, lambda ${y}: struct_pack(k := ${y}.k, kind := lower(replace(json_keys(${y}.v)[1], '_', '')), v := json_extract(${y}.v, '$.*')[1]))`
  const inner = toInnerJson(`${z}.v`, depth + 1)
  const text = `CASE
    WHEN ${z}.kind IN ('arrayvalue', 'kvlistvalue') THEN ${enclose(`${z}.kind = 'arrayvalue'`, inner)}
    ELSE coalesce(if(${z}.kind = 'intvalue', CAST(TRY_CAST(${z}.v ->> '$' AS HUGEINT) AS VARCHAR), NULL), CAST(${z}.v AS VARCHAR), 'null') END`
  return `array_to_string(list_transform(${members}, lambda ${z}: concat(CAST(${z}.k AS VARCHAR) || ':', ${text})), ',')`
}

const enclose = (isList: string, inner: string) =>
  `concat(if(${isList}, '[', '{'), ${inner}, if(${isList}, ']', '}'))`

/** SQL for the text of an AnyValue that was parsed to `anyShape`; NULL for an empty one. */
function toText(value: string, spelling: Spelling): string {
  const part = (name: string) => `${value}.${quoteName(spell(name, spelling))}`
  const [list, map] = [part('arrayValue'), part('kvlistValue')]
  const nested = enclose(`${list} IS NOT NULL`, toInnerJson(`coalesce(${list}, ${map})`, 0))
  return `coalesce(${scalars.map(part).join(', ')}, CASE WHEN ${list} IS NOT NULL OR ${map} IS NOT NULL THEN ${nested} END)`
}

/**
 * SQL for the text of an AnyValue in JSON. A string, number, boolean and base64 bytes stand as they are; a list becomes a
 * JSON list of plain values and a map a JSON object of them, `levels` deep. NULL where there is no value.
 */
export const toAnyText = (json: string, spelling: Spelling): string =>
  `list_transform([${toTyped(json, spellShape(anyShape, spelling))}], lambda parsed: ${toText('parsed', spelling)})[1]`

/**
 * SQL for an attribute map out of JSON: the protocol's list of keys and AnyValues, or a plain object, which some tools write
 * in its place. Keys without a value are left out.
 */
export function toKeyValueMap(json: string, spelling: Spelling): string {
  const list = toTyped(json, [{ key: 'VARCHAR', value: spellShape(anyShape, spelling) }])
  const entries = `list_transform(${list}, lambda attr: struct_pack(k := attr."key", v := ${toText(`attr."value"`, spelling)}))`
  const object = `map_entries(${toTyped(json, attributeMap)})`
  const members = `list_transform(${object}, lambda member: struct_pack(k := member."key", v := member."value"))`
  return toEntryMap(`CASE WHEN json_type(${json}) = 'ARRAY' THEN ${entries} ELSE ${members} END`)
}
