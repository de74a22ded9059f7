import { type Sql, sql, value } from './sql.ts'

/** First and last instant that a TIMESTAMP_NS can be, the infinities aside: 1677-09-22T00:00:00Z, and a time in 2262. */
const first = -9_223_286_400_000_000_000n
const last = 2n ** 63n - 2n

const clamp = (ns: bigint): bigint => (ns < first ? first : ns > last ? last : ns)

/** Nanoseconds since the epoch as a timestamp parameter; beyond what the type holds, the nearest that it holds. */
export const instant = (ns: bigint): Sql => sql`make_timestamp_ns(CAST(${value(clamp(ns))} AS BIGINT))`
