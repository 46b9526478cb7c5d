import { startBrowser } from "./support/browser.js";
import { freshFolder, Served } from "./support/skein.js";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { summary } from "./measure/figures.js";
import { InChromium } from "./measure/places.js";
import { PROBE } from "./measure/probe.js";
import { fill } from "./measure/workspace.js";
const tasks=[]; const cleanup=(t)=>tasks.push(t);
const show=(w,s)=>{const {p50,p95,max}=summary(s);console.log(w.padEnd(20),p50.toFixed(1),p95.toFixed(1),max.toFixed(1));};
try{
 const folder=await freshFolder(cleanup); const profile=join(folder,"ana");
 const {sized}=await fill(profile,folder,{notes:Number(process.env.NOTES??200)});
 const b=await startBrowser(); cleanup(()=>b.close());
 const server=new Served(profile); cleanup(()=>server.stop());
 const place=await InChromium.at(b,await server.start()); await place.run(PROBE);
 const S={"20 KB":[],"100 KB":[]};
 const round=async(n,pause)=>{ for(let i=0;i<n;i++) for(const k of Object.keys(S)) { S[k].push((await place.run("return skeinProbe.open(arguments[0], arguments[1])",`#/note/${sized[k]}`,`Beginning of ${k}.`)).shown); if(pause) await new Promise(r=>setTimeout(r,pause)); } };
 await round(3); for(const k in S) S[k].length=0;
 await round(20); for(const k in S) {show(k+" at once",S[k]); S[k].length=0;}
 await round(20,400); for(const k in S) {show(k+" rested",S[k]); S[k].length=0;}
 if(process.env.PROF){
  const cdp=await place.person.page.context().newCDPSession(place.person.page);
  await cdp.send("Profiler.enable"); await cdp.send("Profiler.setSamplingInterval",{interval:100}); await cdp.send("Profiler.start");
  await round(20,300);
  const {profile}=await cdp.send("Profiler.stop"); await writeFile("/tmp/keys.cpuprofile",JSON.stringify(profile));
 }
 if(process.env.TRACE){
  await b.startTracing(place.person.page,{path:"/tmp/trace.json",categories:["devtools.timeline","disabled-by-default-devtools.timeline","v8","blink","cc"]});
  await place.run("performance.mark('go')"); await round(8,300);
  await b.stopTracing();
 }
} finally { for(const t of tasks.reverse()) await t(); }
