import type { Format } from './format.ts'
import { parquet } from './parquet.ts'

/** Every format that is read, tried in this order. */
export const formats: readonly Format[] = [parquet]
