import { AppError } from '../../core/errors.ts'
import type { QuerySource } from '../compiled.ts'
import type { GroupRequest } from '../request/groups.ts'
import { type ResolvedColumn, resolveColumn } from '../resolve-column.ts'
import { join, raw, type Sql, sql, value } from '../sql.ts'
import { calendar, toLocal } from './local-time.ts'
import type { Selected } from './select.ts'

const bad = (message: string, path: string, actual: unknown, next: string) =>
  new AppError({ code: 'invalid_argument', message, path, actual, next })

function checkType({ column }: ResolvedColumn, wanted: readonly string[], what: string, at: string): void {
  if (wanted.includes(column.type)) return
  throw bad(
    `${what} needs a column of type ${wanted.join(' or ')}; ${column.path} is of type ${column.type}.`,
    `${at}.path`,
    column.path,
    'Choose another column, or group by its values.',
  )
}

/** The lower border of a value's bin. NaN and the infinities have none. */
function toBin(text: Sql, width: number): Sql {
  const steps = sql`CAST(${text} AS DOUBLE) / CAST(${value(width)} AS DOUBLE)`
  // 0.3 / 0.1 is a little less than 3: what lies on a border, but for the last digits, is above it.
  const step = sql`if(abs(${steps} - round(${steps})) < 1e-9 * greatest(1, abs(${steps})), round(${steps}), floor(${steps}))`
  return sql`if(isfinite(CAST(${text} AS DOUBLE)), round(${step} * CAST(${value(width)} AS DOUBLE), 12), NULL)`
}

const border = (edge: number) => sql`CAST(${value(edge)} AS DOUBLE)`

/** The bin of a value between borders, by its number and its borders: `2: 3 to 3.5`, so that bins sort by their texts. */
function toEdged(text: Sql, edges: readonly number[]): Sql {
  const width = String(edges.length).length
  const label = (i: number) => {
    const [lower, upper] = [edges[i - 1], edges[i]]
    const borders =
      lower === undefined ? `below ${upper}` : upper === undefined ? `from ${lower}` : `${lower} to ${upper}`
    return value(`${String(i + 1).padStart(width, '0')}: ${borders}`)
  }
  const cases = edges.map((edge, i) => sql`WHEN ${text} < ${border(edge)} THEN ${label(i)}`)
  return sql`CASE WHEN ${text} IS NULL OR isnan(CAST(${text} AS DOUBLE)) THEN NULL ${join(cases, ' ')} ELSE ${label(edges.length)} END`
}

function checkEdges(edges: readonly number[], at: string): void {
  if (edges.every((edge, i) => i === 0 || edge > (edges[i - 1] as number))) return
  throw bad('The borders do not ascend.', `${at}.edges`, edges, 'Sort them, and give each once.')
}

const kinds = ['part', 'bin', 'edges'] as const

function compileGroup(source: QuerySource, asked: string | GroupRequest, at: string): Selected {
  const group = typeof asked === 'string' ? { path: asked } : asked
  const target = resolveColumn(source.schema, group.path, typeof asked === 'string' ? at : `${at}.path`)
  const { column, sql: text } = target
  const given = kinds.filter((kind) => group[kind] !== undefined)
  if (given.length > 1)
    throw bad(`${given.join(' and ')} exclude each other.`, at, given, 'Leave one of them.')
  if (group.part !== undefined) {
    checkType(target, ['timestamp'], 'A calendar part', at)
    const { type, unit, toSql } = calendar[group.part]
    return {
      name: group.name ?? group.part,
      sql: toSql(toLocal(text, source.zone)),
      type,
      unit,
      isScale: true,
    }
  }
  const named = { name: group.name ?? group.path, unit: column.unit }
  if (group.bin !== undefined) {
    checkType(target, ['integer', 'double'], 'A bin', at)
    return { ...named, sql: toBin(text, group.bin), type: 'double', isScale: true }
  }
  if (group.edges !== undefined) {
    checkType(target, ['integer', 'double'], 'A bin', at)
    checkEdges(group.edges, at)
    return { ...named, sql: toEdged(text, group.edges), type: 'string', isScale: true }
  }
  return { ...named, sql: text, type: column.type }
}

/** The columns to group by. Throws `unknown_name` and `invalid_argument`. */
export const compileGroups = (
  source: QuerySource,
  grouping: readonly (string | GroupRequest)[] | undefined,
  at: string,
): readonly Selected[] =>
  (grouping ?? []).map((group, i) => {
    const place = `${at}.grouping[${i}]`
    return { ...compileGroup(source, group, place), at: place }
  })

/** The places of groups, which come first in the result. */
export const byGroups = (groups: readonly Selected[]): readonly string[] =>
  groups.map((_, i) => String(i + 1))

export const groupBy = (groups: readonly Selected[]): Sql =>
  groups.length > 0 ? raw(`\nGROUP BY ${byGroups(groups).join(', ')}`) : raw('')
