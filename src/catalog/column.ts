/** How a column's values are typed in the lake and in filters. */
export type ColumnType = 'string' | 'integer' | 'double' | 'boolean' | 'timestamp'

/** One column that can be asked for. */
export type Column = Readonly<{
  /** The name on the wire, e.g. `Attributes.cx.webrtc.audio.mos_score`. */
  path: string
  /** The column's name in the lake's Parquet files, e.g. `attributes_cx_webrtc_audio_mos_score`. */
  name: string
  type: ColumnType
  /** Unit of measure, e.g. `ms`; empty where none applies. */
  unit: string
  meaning: string
}>

/** A column without its lake name, as catalog files write it: path, type, unit, meaning. */
export type ColumnRow = readonly [path: string, type: ColumnType, unit: string, meaning: string]

/** The lake name of a path: `TraceId` → `trace_id`, `Attributes.cx.queue.name` → `attributes_cx_queue_name`. */
export function toColumnName(path: string): string {
  return path
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

export function defineColumns(prefix: string, rows: readonly ColumnRow[]): readonly Column[] {
  return rows.map(([path, type, unit, meaning]) => {
    const whole = prefix + path
    return { path: whole, name: toColumnName(whole), type, unit, meaning }
  })
}

const attributePrefix = 'Attributes.'
const resourcePrefix = 'ResourceAttributes.'

/** Where a path's value stands in a span: in the span's attributes, in its resource's, or in a field of its own. */
export function toAttributeKey(
  path: string,
): Readonly<{ map: 'attributes' | 'resource_attributes'; key: string }> | undefined {
  if (path.startsWith(attributePrefix)) return { map: 'attributes', key: path.slice(attributePrefix.length) }
  if (path.startsWith(resourcePrefix))
    return { map: 'resource_attributes', key: path.slice(resourcePrefix.length) }
  return undefined
}
