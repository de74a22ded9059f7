import { openRuntime } from './src/runtime.ts'
import { parseConfig } from './src/config/config.ts'
import { cpSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
const dir = mkdtempSync('/tmp/leak-'); cpSync('docs-corpus', dir+'/docs', {recursive:true}); cpSync('/tmp/probe/demodata/knowledge', dir+'/data/knowledge', {recursive:true})
const rt = openRuntime(parseConfig({ data: dir+'/data', docs: dir+'/docs' }, {}))
const mb = () => { globalThis.gc?.(); const m=process.memoryUsage(); return `${(m.rss/1048576).toFixed(0)} heap ${(m.heapUsed/1048576).toFixed(0)} ext ${(m.external/1048576).toFixed(0)} ab ${(m.arrayBuffers/1048576).toFixed(0)}` }
for (let i=0;i<=Number(process.argv[2]);i++) {
  const p = dir+'/docs/concepts/mos.md'; writeFileSync(p, readFileSync(p,'utf8')+`\nLine ${i} about something.\n`)
  if (process.argv[3]!=='same') execFileSync(process.execPath, ['src/main.ts','index-docs','--data',dir+'/data','--docs',dir+'/docs'], {stdio:'ignore'})
  await new Promise(r=>setTimeout(r,process.argv[3]==='same'?7000:1100))
  for (let k=0;k<10;k++) await rt.knowledge.search('what is a good mos score '+k, 5)
  if (i%4===0) console.log(i, mb())
}
await rt.close(); rmSync(dir,{recursive:true})
