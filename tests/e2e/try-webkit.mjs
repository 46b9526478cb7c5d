import { Desktop, startDesk } from "./support/desktop.js";
import { freshFolder } from "./support/skein.js";
import { until } from "./support/wait.js";
import { join } from "node:path";
import { summary } from "./measure/figures.js";
import { InWebview } from "./measure/places.js";
import { PROBE } from "./measure/probe.js";
import { fill } from "./measure/workspace.js";
const tasks=[]; const cleanup=(t)=>tasks.push(t);
const show=(w,s)=>{const {p50,p95,max}=summary(s);console.log(w.padEnd(30),p50.toFixed(1),p95.toFixed(1),max.toFixed(1));};
const MARKS=`(()=>{ const out=[]; window.marks=out; let cur=null;
 addEventListener("keydown",(e)=>{ cur={t:e.timeStamp,handler:performance.now()-e.timeStamp}; const mine=cur; out.push(mine);
  requestAnimationFrame((at)=>{ mine.rafstamp=at-mine.t; mine.raf=performance.now()-mine.t; const c=new MessageChannel(); c.port1.onmessage=()=>mine.msg=performance.now()-mine.t; c.port2.postMessage(null); setTimeout(()=>mine.timeout=performance.now()-mine.t,0);
   requestAnimationFrame(()=>mine.raf2=performance.now()-mine.t);});
 },true);
 addEventListener("beforeinput",()=>{cur.before=performance.now()-cur.t},true);
 addEventListener("input",()=>{cur.input=performance.now()-cur.t; const m=cur; queueMicrotask(()=>m.inputMicro=performance.now()-m.t)},true);
 addEventListener("input",()=>{cur.inputEnd=performance.now()-cur.t; });
 addEventListener("keyup",()=>{cur.keyup=performance.now()-cur.t; },true);
})()`;
try{
 const folder=await freshFolder(cleanup); const profile=join(folder,"ana");
 const {sized}=await fill(profile,folder,{notes:200});
 const desk=await startDesk(cleanup);
 const w=new Desktop(folder,"ana",desk); cleanup(()=>w.quit()); await w.start();
 const place=await InWebview.at(w); await place.run(PROBE);
 const size=process.argv[2]??"100 KB";
 await place.run("return skeinProbe.open(arguments[0], arguments[1])",`#/note/${sized[size]}`,`Beginning of ${size}.`);
 await until("take",()=>place.run("return document.querySelector('.cm-content').getAttribute('aria-readonly') !== 'true'"));
 await place.run(`const view = document.querySelector(".cm-content").cmTile.root.view; view.focus();
  const line = view.state.doc.lineAt(Math.floor(view.state.doc.length / 2));
  view.dispatch({ selection: { anchor: line.to }, scrollIntoView: true });`);
 await place.keys("Nobody has to ask, because it is written down. ",60);
 const s="Nobody has to ask, because it is written down. ".repeat(3);
 const once=async(label,extra)=>{ if(extra) await place.run(extra);
  await place.run("skeinProbe.keys()"); await place.keys(s.repeat(2),40);
  show(label,await place.run("return skeinProbe.keysDone()")); };
 await once("as it is");
 if(process.env.MARKS){ await place.run(MARKS); await place.keys(s,40);
  const m=await place.run("return marks"); for(const k of ["handler","before","input","inputMicro","inputEnd","keyup","rafstamp","raf","msg","timeout","raf2"]) show("  "+k,m.map(x=>x[k]).filter(x=>x!==undefined)); }
 for(const [l,e] of Object.entries(JSON.parse(process.env.TRIES??"{}"))) await once(l,e);
 if(process.env.MARKS){ await place.run("marks.length=0"); await place.keys(s,40);
  const m=await place.run("return marks"); for(const k of ["handler","before","input","inputMicro","inputEnd","keyup","rafstamp","raf","msg","timeout","raf2"]) show("  "+k,m.map(x=>x[k]).filter(x=>x!==undefined)); }
} finally { for(const t of tasks.reverse()) await t(); }
