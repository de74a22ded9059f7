import { quoteText } from '../../core/sql-text.ts'
import { defineStatement } from '../../engine/engine.ts'
import type { Kind } from '../../exports/canonical.ts'
import type { Chunk } from './chunks.ts'
import { kindSteps } from './kinds.ts'
import type { StagedSource } from './stage-sources.ts'
import type { WorkSpace } from './work-space.ts'

/** Sources that one statement reads. */
const sourcesAtOnce = 32

/** Leaves the rows of the chunk in the table `loaded`, in order. */
async function loadRows(
  { engine }: WorkSpace,
  kind: Kind,
  { number, days }: Chunk,
  sources: readonly StagedSource[],
  columns = '*',
): Promise<void> {
  const run = (sql: string) => engine.run(defineStatement(sql))
  const selects = sources.map(({ selectChunk }) => selectChunk(number))
  const within = `WHERE day IN (${days.map((day) => `DATE ${quoteText(day)}`).join(', ')})`
  const order = `ORDER BY day, ${kindSteps[kind].orderBy}`
  const union = (some: readonly string[]) => some.join('\nUNION ALL\n')
  if (selects.length <= sourcesAtOnce) {
    await run(
      `CREATE OR REPLACE TABLE loaded AS SELECT ${columns} FROM (${union(selects)}) ${within} ${order}`,
    )
    return
  }
  await run(`CREATE OR REPLACE TABLE arriving AS ${union(selects.slice(0, sourcesAtOnce))}`)
  for (let i = sourcesAtOnce; i < selects.length; i += sourcesAtOnce)
    await run(`INSERT INTO arriving ${union(selects.slice(i, i + sourcesAtOnce))}`)
  await run(`CREATE OR REPLACE TABLE loaded AS SELECT ${columns} FROM arriving ${within} ${order}`)
  await run('DROP TABLE arriving')
}

/**
 * Of copies of a span with different content the longest and then the most detailed wins; ties fall by content,
 * so that the order in which exports arrived plays no part.
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
  await run(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM single ORDER BY day, ${kindSteps.spans.orderBy}`)
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
  await loadRows(space, kind, chunk, sources, kind === 'logs' ? 'DISTINCT *' : '*')
  if (kind === 'spans') await dropRepeatedSpans(space)
}
