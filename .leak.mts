import { createDuckDbEngine } from './src/engine/duckdb/create-duckdb-engine.ts'
import { defineStatement } from './src/engine/engine.ts'
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync } from 'node:fs'
const dir = mkdtempSync('/tmp/leak-')
const w = await (await DuckDBInstance.create(':memory:')).connect()
const opts={ path: ':memory:', allowedDirectories: [dir], spillDirectory: dir, memoryLimitMb: 2048, timeoutMs: 30000 }
let engine = await createDuckDbEngine({ path: ':memory:', allowedDirectories: [dir], spillDirectory: dir, memoryLimitMb: 2048, timeoutMs: 30000 })
const mb = () => (process.memoryUsage.rss()/1048576).toFixed(0)
for (let i=0;i<=Number(process.argv[2]);i++) {
  await w.run(`COPY (SELECT i AS a, hash(i+${i}) AS b, 'x'||hash(i) AS c, * FROM range(20000) t(i), (SELECT ${Array.from({length:40},(_, k)=>`1 AS c${k}`).join(',')})) TO '${dir}/f${i}.parquet'`)
  await engine.run(defineStatement(`SELECT count(*) AS n, max(c) AS c, sum(b::double) AS s FROM read_parquet('${dir}/f${i}.parquet')`))
  rmSync(`${dir}/f${i}.parquet`)
  if (process.argv[3] && i%40===39) { await engine.close(); engine = await createDuckDbEngine(opts) }
  if (i%100===0) { const m = await engine.run(defineStatement(`SELECT tag, round(memory_usage_bytes/1e6,1) AS mb FROM duckdb_memory() WHERE memory_usage_bytes>0`)); console.log(i, mb(), JSON.stringify(m)) }
}
