import { openRuntime } from './src/runtime.ts'
import { parseConfig } from './src/config/config.ts'
import { cpSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
const dir = mkdtempSync('/tmp/leak-'); cpSync('docs-corpus', dir+'/docs', {recursive:true}); cpSync('/tmp/probe/demodata/knowledge', dir+'/data/knowledge', {recursive:true})
const rt = openRuntime(parseConfig({ data: dir+'/data', docs: dir+'/docs' }, {}))
const mb = () => { globalThis.gc?.(); const m=process.memoryUsage(); return `${(m.rss/1048576).toFixed(0)} heap ${(m.heapUsed/1048576).toFixed(0)} ext ${(m.external/1048576).toFixed(0)} ab ${(m.arrayBuffers/1048576).toFixed(0)}` }
for (let k=0;k<50;k++) await rt.knowledge.search('what is a good mos score '+k, 5)
await new Promise(r=>setTimeout(r,15000))
for (let i=0;i<=Number(process.argv[2]);i++) {
  if (process.argv[3]!=='same') utimesSync(dir+'/data/knowledge/current.json', 1.7e9+i, 1.7e9+i)
  for (let k=0;k<10;k++) await rt.knowledge.search('what is a good mos score '+k, 5)
  if (i%20===0) console.log(i, mb())
}
await rt.close(); rmSync(dir,{recursive:true})
