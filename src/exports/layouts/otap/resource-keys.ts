import type { Cell } from '../../values/cell.ts'
import type { Source, Table } from '../layout.ts'
import { main, toMain, toMember } from './members.ts'
import { findTable, type Joined, joinAttributes } from './side-tables.ts'

const widths = ['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT']

/** Whether ids of resources are narrower than those of the rows, which the exporter widens when it makes them unique. */
const isLocal = (resource: Cell, id: Cell) =>
  widths.includes(resource.type) && widths.indexOf(resource.type) < widths.indexOf(id.type)

/**
 * SELECT of `file`, `row` and `key`: which owner in `resource_attrs` each row's resource is.
 *
 * The exporter adds an offset, the same for a whole batch, to the columns `id` and `parent_id` of every table, but not to
 * the member `resource.id`, which therefore counts from 0 in each batch while `resource_attrs.parent_id` does not (as of
 * August 2026). Where a batch begins is not written, but follows: batches stand one after another, ids rise by one within
 * a batch, and resources never fall. A run of rows in which both hold is some batches with resource 0 only, and one with
 * resources 0 to `top`. Its last owner is thus that batch's resource `top`, and an owner before the batch's
 * first (`base`) is resource 0 of an earlier batch, which reaches to the next owner.
 * Source: open-telemetry/otel-arrow, rust/otap-dataflow, parquet_exporter: idgen.rs, schema.rs; pdata: encode/mod.rs.
 */
const toKeys = (table: Table, owners: Table, resource: Cell, id: Cell) => `
  WITH ranked AS (
    SELECT filename AS "file", file_row_number AS "row", CAST(${id.sql} AS BIGINT) AS id, CAST(${resource.sql} AS BIGINT) AS resource
    FROM ${table.from} AS ${main}
  ), marked AS (
    SELECT *, lag(resource) OVER "all" AS resource_before, max(id) OVER (ORDER BY "file", "row" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS id_before
    FROM ranked
    WINDOW "all" AS (ORDER BY "file", "row")
  ), numbered AS (
    SELECT *, sum(CASE WHEN resource < resource_before OR id - id_before <> 1 THEN 1 ELSE 0 END) OVER (ORDER BY "file", "row") AS run
    FROM marked
  ), runs AS (
    SELECT run, coalesce(min(id), min(id_before) + 1, 0) AS low, max(resource) AS top, greatest(max(id), low + top) AS high
    FROM numbered
    GROUP BY run
  ), owners AS (
    SELECT DISTINCT CAST(parent_id AS BIGINT) AS "owner"
    FROM ${owners.from}
    WHERE parent_id IS NOT NULL
  ), placed AS (
    SELECT run, "owner", greatest(low, max("owner") OVER (PARTITION BY run) - top) AS base
    FROM owners ASOF JOIN runs ON "owner" >= low
    WHERE "owner" <= high
  ), bases AS (
    SELECT run, any_value(base) AS base
    FROM placed
    GROUP BY run
  ), firsts AS (
    SELECT run, "owner"
    FROM placed
    WHERE "owner" <= base
  ), sought AS (
    SELECT "file", "row", resource, run, base, least(coalesce(id, id_before, base), base) AS latest
    FROM numbered JOIN bases USING (run)
  )
  SELECT "file", "row", CASE WHEN resource = 0 THEN "owner" ELSE base + resource END AS "key"
  FROM sought ASOF LEFT JOIN firsts ON sought.run = firsts.run AND sought.latest >= firsts."owner"`

/** The attributes of the resource of each row of the main table. */
export function joinResource(source: Source, table: Table): Joined {
  const [id, resource] = [toMain(table, 'id'), toMember(table, 'resource', 'id')]
  const owners = findTable(source, 'resource_attrs', ['parent_id', 'key', 'type'])
  if (!owners || !isLocal(resource, id))
    return joinAttributes(source, 'resource_attrs', 'resource', resource.sql)
  const { join, sql } = joinAttributes(source, 'resource_attrs', 'resource', 'keys."key"')
  const keys = `LEFT JOIN (${toKeys(table, owners, resource, id)}) AS keys ON keys."file" = ${main}.filename AND keys."row" = ${main}.file_row_number`
  return { join: `${keys} ${join}`, sql }
}
