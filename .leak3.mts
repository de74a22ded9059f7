import { openRuntime } from './src/runtime.ts'
import { parseConfig } from './src/config/config.ts'
import { tools } from './src/tools/tools.ts'
import { cpSync, mkdtempSync, rmSync, renameSync, readdirSync } from 'node:fs'
const dir = mkdtempSync('/tmp/leak-'); cpSync('/tmp/probe/demodata/exports', dir+'/data/exports', {recursive:true}); cpSync('/tmp/probe/demodata/lake', dir+'/data/lake', {recursive:true})
const rt = openRuntime(parseConfig({ data: dir+'/data' }, {}))
const mb = () => { globalThis.gc?.(); const m=process.memoryUsage(); return `${(m.rss/1048576).toFixed(0)} heap ${(m.heapUsed/1048576).toFixed(0)} ext ${(m.external/1048576).toFixed(0)}` }
const files = readdirSync(dir+'/data/exports',{recursive:true,withFileTypes:true}).filter(f=>f.isFile()).map(f=>f.parentPath+'/'+f.name)
let g0 = -1
const tool = tools.find(t=>t.name==='traces_query')!
const q = { startTime:'2026-05-01', endTime:'2026-06-01', queries:{ scalar:[{key:'a',service:'agent_interaction',grouping:['Attributes.cx.queue.name'],aggregates:[{name:'n',fn:'count',path:'*'},{name:'m',fn:'avg',path:'Attributes.cx.webrtc.audio.mos_score'}]},{key:'b',service:'spans',grouping:['SpanName'],aggregates:[{name:'n',fn:'count',path:'*'}]}]}}
for(;;){ const s=await rt.lake.snapshot(); if(!s.importState.isImporting) break; await new Promise(r=>setTimeout(r,500)) }
g0=(await rt.lake.snapshot()).manifest.generation
const settle=async(g:number)=>{ for(;;){ const s=await rt.lake.snapshot(); if(s.manifest.generation>g) return s; await new Promise(r=>setTimeout(r,150)) } }
for (let i=0;i<=Number(process.argv[2]);i++) {
  const f = files[(i>>1)%files.length]!; const away = dir+'/away'
  if (i%2) renameSync(away,f); else renameSync(f,away)
  const s = await settle(g0); g0=s.manifest.generation
  for (let k=0;k<3;k++) await tool.call(q,{runtime:rt,signal:AbortSignal.timeout(30000)})
  if (i%16===0) console.log(i, s.manifest.generation, mb())
}
await rt.close(); rmSync(dir,{recursive:true})
