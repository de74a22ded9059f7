import { clickhouseLogs } from './clickhouse-logs.ts'
import { clickhouseTraces } from './clickhouse-traces.ts'
import type { Layout } from './layout.ts'

/** Every layout that is recognised, tried in this order. A new layout is one file and one line here. */
export const layouts: readonly Layout[] = [clickhouseTraces, clickhouseLogs]

/** Changes whenever a file that was set aside may be readable now, or one that was read would be read otherwise. */
const edition = 1

/** Which layouts this version knows; a file that an earlier one did not recognise is looked at again by another. */
export const recogniser: string = `${edition} ${layouts.map(({ name }) => name).join(' ')}`
