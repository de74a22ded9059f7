import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { Chunk } from './chunks.ts'
import { kindSteps } from './kinds.ts'
import { type StagedSource, selectChunk } from './stage-sources.ts'
import type { WorkSpace } from './work-space.ts'

/** SELECTs that one statement joins; each takes a while to plan. */
const selectsAtOnce = 32

/** Leaves the rows of the chunk in the table `loaded`, in order; log records that are copies of each other once. */
async function loadRows(
  { engine }: WorkSpace,
  kind: Kind,
  { number, days }: Chunk,
  sources: readonly StagedSource[],
): Promise<void> {
  const run = (sql: string) => engine.run(defineStatement(sql))
  const selects = selectChunk(kind, number, sources)
  const union = (some: readonly string[]) => some.join('\nUNION ALL\n')
  const load = (from: string) =>
    run(`CREATE OR REPLACE TABLE loaded AS
SELECT ${kind === 'logs' ? 'DISTINCT *' : '*'}
FROM ${from}
WHERE day IN (${days.map((day) => `DATE ${quoteText(day)}`).join(', ')})
ORDER BY day, ${kindSteps[kind].orderBy}`)
  if (selects.length <= selectsAtOnce) {
    await load(`(${union(selects)})`)
    return
  }
  await run(`CREATE OR REPLACE TABLE arriving AS ${union(selects.slice(0, selectsAtOnce))}`)
  for (let i = selectsAtOnce; i < selects.length; i += selectsAtOnce)
    await run(`INSERT INTO arriving ${union(selects.slice(i, i + selectsAtOnce))}`)
  await load('arriving')
  await run('DROP TABLE arriving')
}

/**
 * Of copies of a span with different content the longest and then the most detailed wins; ties fall by content,
 * so that the order in which exports arrived plays no part. A trace begins with what is left of it.
 */
async function dropRepeatedSpans({ engine }: WorkSpace): Promise<void> {
  const run = (sql: string) => engine.run(defineStatement(sql))
  await run(`CREATE OR REPLACE TABLE repeated AS
SELECT trace_id, span_id
FROM loaded
GROUP BY trace_id, span_id
HAVING count(*) > 1`)
  const [found] = await run('SELECT count(*) AS "rows" FROM repeated')
  if (Number(found?.['rows']) === 0) return
  await run(`CREATE OR REPLACE TABLE winners AS
SELECT *
FROM (SELECT DISTINCT * FROM loaded SEMI JOIN repeated USING (trace_id, span_id)) AS copy
QUALIFY row_number() OVER (
  PARTITION BY trace_id, span_id
  ORDER BY duration_ns DESC, cardinality(attributes) DESC, len(events) DESC, hash(copy), CAST(copy AS VARCHAR)
) = 1`)
  await run(`CREATE OR REPLACE TABLE single AS
SELECT * FROM loaded ANTI JOIN repeated USING (trace_id, span_id)
UNION ALL
SELECT * FROM winners`)
  await run('DROP TABLE winners')
  await run(`CREATE OR REPLACE TABLE loaded AS
SELECT * EXCLUDE (kept_start) REPLACE (coalesce(kept_start, trace_start) AS trace_start)
FROM single
LEFT JOIN (
  SELECT trace_id, min("timestamp") AS kept_start
  FROM single
  SEMI JOIN repeated USING (trace_id)
  GROUP BY trace_id
) USING (trace_id)
ORDER BY day, ${kindSteps.spans.orderBy}`)
  await run('DROP TABLE single')
}

/**
 * Leaves the chunk's rows, with their day, in order in the table `loaded`: each span (trace id, span id) once, and exact
 * copies of a log record once.
 */
export async function loadChunk(
  space: WorkSpace,
  kind: Kind,
  chunk: Chunk,
  sources: readonly StagedSource[],
): Promise<void> {
  await loadRows(space, kind, chunk, sources)
  if (kind === 'spans') await dropRepeatedSpans(space)
}
