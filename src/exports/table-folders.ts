import type { ExportFile } from './find-files.ts'

/** One export that is a folder of tables, each table a folder of files. */
export type TableFolder = Readonly<{ path: string; files: readonly ExportFile[] }>

/** Tables whose rows are spans or log records. */
export const mainTables = ['spans', 'logs'] as const

/** Tables that only an OTAP export has. */
const sideTables = [
  'span_attrs',
  'span_events',
  'span_links',
  'span_event_attrs',
  'span_link_attrs',
  'log_attrs',
  'resource_attrs',
  'scope_attrs',
] as const

export type TableName = (typeof mainTables)[number] | (typeof sideTables)[number]

const names: readonly string[] = [...mainTables, ...sideTables]
const filePattern = new RegExp(
  `^(?:(?<root>.*)/)?(?<table>${names.join('|')})/(?<hive>(?:[^/=]+=[^/]*/)*)[^/]+[.]parquet$`,
)

type Place = Readonly<{ file: ExportFile; root: string; table: TableName; part: string }>

/** Where a file stands in an export of tables; undefined for one whose folders are named otherwise. */
function findPlace(file: ExportFile): Place | undefined {
  const groups = filePattern.exec(file.path)?.groups
  if (!groups) return undefined
  const part = /(?:^|\/)(_part_id=[^/]*)\//.exec(groups['hive'] ?? '')?.[1] ?? ''
  return { file, root: groups['root'] ?? '', table: groups['table'] as TableName, part }
}

/** The table that a file of a folder of tables belongs to. */
export const findTableName = (file: ExportFile): TableName | undefined => findPlace(file)?.table

const holds = (places: readonly Place[], tables: readonly string[]) =>
  places.some(({ table }) => tables.includes(table))

/** The folder, and below it the part; at the top of the drop folder, where there is none to name, the main table. */
function toPath({ root, part }: Place, places: readonly Place[]): string {
  const whole = [root, part].filter((segment) => segment !== '').join('/')
  return whole || (mainTables.find((table) => holds(places, [table])) ?? '')
}

/**
 * Exports that are folders of tables: those of the OTAP Parquet exporter, `TABLE/part-….parquet` or, where it is told to
 * part them, `TABLE/_part_id=…/part-….parquet`. Each part is one, as ids are unique only within a part. A folder of that name
 * without a table beside it that only OTAP has is any folder.
 * Source: open-telemetry/otel-arrow, rust/otap-dataflow, parquet_exporter: writer.rs, idgen.rs.
 */
export function findTableFolders(files: readonly ExportFile[]): readonly TableFolder[] {
  const places = files.map(findPlace).filter((place) => place !== undefined)
  const roots = [...Map.groupBy(places, ({ root }) => root).values()]
  return roots
    .filter((members) => holds(members, mainTables) && holds(members, sideTables))
    .flatMap((members) =>
      [...Map.groupBy(members, (place) => toPath(place, members))].map(([path, part]) => ({
        path,
        files: part.map(({ file }) => file),
      })),
    )
}
