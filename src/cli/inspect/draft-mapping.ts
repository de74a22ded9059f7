import { canonicalColumns } from '../../exports/canonical.ts'
import type { SourceColumns } from '../../exports/layouts/layout.ts'
import { toLine } from './text-table.ts'

/** What columns of a field are often called, best first; case and separators don't matter. */
const customary: Readonly<Record<string, readonly string[]>> = {
  trace_id: [
    'traceid',
    'trace',
    'journeyid',
    'interactionid',
    'contactid',
    'conversationid',
    'callid',
    'sessionid',
    'id',
  ],
  span_id: ['spanid', 'legid', 'segmentid', 'eventid'],
  parent_span_id: ['parentspanid', 'parentid', 'parent'],
  span_name: ['spanname', 'operationname', 'operation', 'name', 'metricname', 'type', 'event'],
  span_kind: ['spankind', 'kind'],
  service_name: ['servicename', 'service', 'system', 'source'],
  timestamp: [
    'timestamp',
    'starttime',
    'start',
    'started',
    'startedat',
    'begin',
    'time',
    'datetime',
    'date',
    'createdat',
    'created',
  ],
  end: ['endtime', 'end', 'ended', 'endedat', 'finishedat', 'finished'],
  duration: ['durationns', 'durationms', 'duration', 'length', 'elapsed', 'talktime', 'talk', 'latency'],
  status_code: ['statuscode', 'status', 'result', 'outcome'],
  status_message: ['statusmessage', 'errormessage', 'error', 'reason'],
}

const toPlain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

function findColumn(field: string, columns: SourceColumns): string | undefined {
  const byPlain = new Map([...columns.keys()].toReversed().map((name) => [toPlain(name), name]))
  const match = (customary[field] ?? []).find((name) => byPlain.has(name))
  return match === undefined ? undefined : byPlain.get(match)
}

/** A name as YAML: bare where that is safe, else quoted as JSON is. */
const toYaml = (name: string) =>
  /^[A-Za-z_][\w. ()/-]*$/.test(name) &&
  !/^(true|false|null|yes|no|on|off)$/i.test(name) &&
  !name.endsWith(' ')
    ? name
    : JSON.stringify(name)

const units: readonly (readonly [RegExp, string])[] = [
  [/(ns|nano(s|seconds)?)$/i, 'ns'],
  [/(us|micro(s|seconds)?)$/i, 'us'],
  [/(ms|milli(s|seconds)?)$/i, 'ms'],
]

const guessUnit = (name: string) => units.find(([pattern]) => pattern.test(name))?.[1] ?? 's'

const isNumber = (type: string | undefined) => /INT|^(DOUBLE|FLOAT|DECIMAL)/.test(type ?? '')

const choose = '# ns, us, ms or s: choose'

function draftTime(name: string, type: string | undefined): string {
  if (isNumber(type)) return `{column: ${toYaml(name)}, unit: ${guessUnit(name)}}  ${choose}`
  return type?.startsWith('TIMESTAMP')
    ? toYaml(name)
    : `${toYaml(name)}  # or {column: …, format: '%d.%m.%Y %H:%M:%S', timezone: Europe/Prague}`
}

function draftLength(columns: SourceColumns): string {
  const end = findColumn('end', columns)
  const duration = findColumn('duration', columns)
  if (duration !== undefined)
    return `  duration: {column: ${toYaml(duration)}, unit: ${guessUnit(duration)}}  ${choose}`
  return end === undefined
    ? '  duration: {value: 0, unit: s}  # or end: COLUMN'
    : `  end: ${draftTime(end, columns.get(end))}`
}

const mapFields = [
  ['attribute_maps', /^(span|log)?(attributes|tags|labels|properties|metadata)$/],
  ['resource_attribute_maps', /^resource(attributes|tags|labels)?$/],
] as const

/** Columns that hold whole maps of attributes, told by their names and types. */
const draftMaps = (columns: SourceColumns): readonly string[] =>
  mapFields.flatMap(([field, pattern]) => {
    const names = [...columns.keys()].filter(
      (name) => pattern.test(toPlain(name)) && /^(MAP|STRUCT|JSON|VARCHAR)/.test(columns.get(name) ?? ''),
    )
    return names.length === 0 ? [] : [`${field}: [${names.map((name) => toYaml(name)).join(', ')}]`]
  })

const toDo = '# which column? One of the list above'

/** A mapping file to start from: fields whose columns the names suggest are filled in, the others are for the person. */
export function draftMapping(columns: SourceColumns): readonly string[] {
  const field = (name: string) => {
    const found = findColumn(name, columns)
    return found === undefined ? [] : [`  ${name}: ${toYaml(found)}`]
  }
  const required = (name: string) => {
    const [line = `  ${name}: COLUMN  ${toDo}`] = field(name)
    return line
  }
  const time = findColumn('timestamp', columns)
  const optional = canonicalColumns.spans.filter(
    (name) => !['trace_id', 'span_name', 'timestamp', 'duration_ns'].includes(name),
  )
  return [
    'kind: spans  # or logs, which need timestamp and body only',
    'columns:',
    required('trace_id'),
    findColumn('span_name', columns) === undefined
      ? '  span_name: {value: work}  # cx.interaction.agent for agent legs, or a column'
      : required('span_name'),
    time === undefined
      ? `  timestamp: COLUMN  ${toDo}`
      : `  timestamp: ${draftTime(time, columns.get(time))}`,
    draftLength(columns),
    ...optional.flatMap(field),
    ...draftMaps(columns),
    'rest: true  # every other column becomes an attribute under its own name',
  ].map(toLine)
}
