import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
const cmds: Record<string,string[]> = {
  bare: ['bench/http/run-bare-stdio.ts'],
  src: ['src/main.ts','mcp','--data','/tmp/probe/demodata'],
  dist: ['dist/main.js','mcp','--data','/tmp/probe/demodata'],
  empty: ['-e',"process.stdin.resume();process.stdin.on('data',()=>{console.log(JSON.stringify({id:2,result:{}}))})"],
}
async function start(command: string[]) {
  const t=performance.now()
  const child = spawn(process.execPath, command, { stdio: ['pipe','pipe','ignore'], env: {...process.env, PARQUETRY_LOG:'error'} })
  const send=(m:object)=>child.stdin.write(JSON.stringify({jsonrpc:'2.0',...m})+'\n')
  await new Promise<void>((done)=>{ createInterface({input:child.stdout}).on('line',(l)=>{const {id}=JSON.parse(l); if(id===2) return done(); send({method:'notifications/initialized'}); send({id:2,method:'tools/list',params:{}})})
   send({id:1,method:'initialize',params:{protocolVersion:'2025-11-25',capabilities:{},clientInfo:{name:'b',version:'1'}}}) })
  const took=performance.now()-t; const g=once(child,'close'); child.kill('SIGKILL'); await g; return took
}
const names=Object.keys(cmds); const times:Record<string,number[]>={}
for(let i=0;i<16;i++) for(const n of names){const t=await start(cmds[n]!); if(i>0)(times[n]??=[]).push(t)}
for(const n of names){const s=times[n]!.sort((a,b)=>a-b); console.log(n, s[7]!.toFixed(0), 'min', s[0]!.toFixed(0))}
