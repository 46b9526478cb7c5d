import { startBrowser } from "./support/browser.js";
import { freshFolder, Served } from "./support/skein.js";
import { until } from "./support/wait.js";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { summary } from "./measure/figures.js";
import { InChromium } from "./measure/places.js";
import { PROBE } from "./measure/probe.js";
import { fill } from "./measure/workspace.js";
const tasks=[]; const cleanup=(t)=>tasks.push(t);
const show=(w,n,s)=>{const {p50,p95,max}=summary(s);console.log(w,n,p50.toFixed(1),p95.toFixed(1),max.toFixed(1));};
try{
 const folder=await freshFolder(cleanup); const profile=join(folder,"ana");
 const {sized}=await fill(profile,folder,{notes:200});
 const b=await startBrowser(); cleanup(()=>b.close());
 const server=new Served(profile); cleanup(()=>server.stop());
 const place=await InChromium.at(b,await server.start()); await place.run(PROBE);
 const size=process.argv[2]??"100 KB";
 await place.run("return skeinProbe.open(arguments[0], arguments[1])",`#/note/${sized[size]}`,`Beginning of ${size}.`);
 await until("take",()=>place.run("return document.querySelector('.cm-content').getAttribute('aria-readonly') !== 'true'"));
 await place.run(`const view = document.querySelector(".cm-content").cmTile.root.view; view.focus();
  const line = view.state.doc.lineAt(Math.floor(view.state.doc.length / 2));
  view.dispatch({ selection: { anchor: line.to }, scrollIntoView: true });`);
 await place.keys("Nobody has to ask, because it is written down. ",60);
 const extra=process.env.EXTRA; if(extra) await place.run(extra);
 await place.run("skeinProbe.keys()");
 const s="Nobody has to ask, because it is written down. ".repeat(3);
 await place.keys(s,40);
 show("key "+size,"chromium",await place.run("return skeinProbe.keysDone()"));
 if(process.env.PROF){
  const cdp=await place.person.page.context().newCDPSession(place.person.page);
  await cdp.send("Profiler.enable"); await cdp.send("Profiler.setSamplingInterval",{interval:100}); await cdp.send("Profiler.start");
  await place.keys(s,40);
  const {profile}=await cdp.send("Profiler.stop"); await writeFile("/tmp/keys.cpuprofile",JSON.stringify(profile));
 }
 if(process.env.TRACE){
  await b.startTracing(place.person.page,{path:"/tmp/trace.json",categories:["devtools.timeline","disabled-by-default-devtools.timeline","disabled-by-default-v8.cpu_profiler","v8","blink","cc","viz","toplevel"]});
  await place.keys(s,40);
  await b.stopTracing();
 }
} finally { for(const t of tasks.reverse()) await t(); }
