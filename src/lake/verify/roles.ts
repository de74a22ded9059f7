import { storedServices } from '../../catalog/catalog.ts'
import { quoteText } from '../../core/sql-text.ts'

/** The span of a wait in a queue, which makes a trace a journey but has no service of its own. */
const queueSpan = 'cx.queue.wait'

/** Span names that fill services, each known by its number here, from 1. */
const roles: readonly string[] = [...storedServices.flatMap(({ spanName }) => spanName ?? []), queueSpan]

/** SQL for the number of a span's role; NULL for the many that have none. */
export const toRole = `CASE span_name ${roles.map((name, i) => `WHEN ${quoteText(name)} THEN ${i + 1}`).join(' ')} END`

/** The number of a span name's role. */
export const getRole = (spanName: string): number => roles.indexOf(spanName) + 1
