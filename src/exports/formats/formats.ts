import { csv } from './csv/csv.ts'
import type { Format } from './format.ts'
import { json } from './json/json.ts'
import { otlpProtobuf } from './otlp/otlp-protobuf.ts'
import { parquet } from './parquet/parquet.ts'

/** Every format that is read, tried in this order. */
export const formats: readonly Format[] = [parquet, csv, json, otlpProtobuf]
