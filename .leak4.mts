import { openRuntime } from './src/runtime.ts'
import { parseConfig } from './src/config/config.ts'
import { tools } from './src/tools/tools.ts'
const rt = openRuntime(parseConfig({ data: '/tmp/probe/demodata' }, {}))
for(;;){ const s=await rt.lake.snapshot(); if(!s.importState.isImporting) break; await new Promise(r=>setTimeout(r,500)) }
const mb = () => { globalThis.gc?.(); const m=process.memoryUsage(); return `${(m.rss/1048576).toFixed(0)} heap ${(m.heapUsed/1048576).toFixed(0)} ext ${(m.external/1048576).toFixed(0)}` }
const t = (n:string)=>tools.find(x=>x.name===n)!
const q = { startTime:'2026-05-01', endTime:'2026-06-01', queries:{ scalar:[{key:'a',service:'agent_interaction',aggregates:[{name:'n',fn:'count',path:'*'}]},{key:'b',service:'spans',filters:[{path:'SpanName',eq:'cx.interaction.agent'}],aggregates:[{name:'n',fn:'count',path:'*'}]}]}}
const call = (n:string,a:unknown,signal=AbortSignal.timeout(30000)) => t(n).call(a,{runtime:rt,signal})
const list:any = await call('traces_list',{startTime:'2026-05-01', endTime:'2026-06-01',limit:50})
const ids = JSON.stringify(list.output).match(/[0-9a-f]{32}/g)!
const kinds: Record<string,(i:number)=>Promise<unknown>> = {
  query: () => call('traces_query',q),
  get: (i) => call('traces_get',{traceId:ids[i%ids.length]}),
  list: () => call('traces_list',{startTime:'2026-05-01', endTime:'2026-06-01',limit:20}),
  knowledge: (i) => call('knowledge',{query:['what is a good mos','how do I add a key','queue wait abandon','service level within 20 seconds'][i%4]}),
  schema: () => call('get_schema',{}),
  vanish: (i) => { const c=new AbortController(); setTimeout(()=>c.abort(), i%30); return call(i%2?'traces_query':'knowledge', i%2?q:{query:'what is jitter'}, c.signal).catch(()=>{}) },
}
const only = process.argv[2]?.split(',') ?? Object.keys(kinds)
for (const kind of only) for (let round=0; round<=5; round++) {
  if (round) for (let i=0;i<400;i+=8) await Promise.all(Array.from({length:8},(_,k)=>kinds[kind]!(i+k)))
  console.log(kind, round*400, mb())
}
await rt.close()
