import { startBrowser } from "/work/main/tests/e2e/support/browser.js";
import { Desktop, startDesk } from "/work/main/tests/e2e/support/desktop.js";
import { EMPTY_WINDOW, freshFolder } from "/work/main/tests/e2e/support/skein.js";
import { summary } from "/work/main/tests/e2e/measure/figures.js";
import { InChromium, InWebview } from "/work/main/tests/e2e/measure/places.js";
import { PROBE } from "/work/main/tests/e2e/measure/probe.js";
import { MAKE_BARE, SHOW_ANOTHER, TO_THE_MIDDLE } from "/work/main/tests/e2e/measure/bare.js";
const tasks=[]; const cleanup=(t)=>tasks.push(t);
const show=(w,n,s)=>{const {p50,p95,max}=summary(s);console.log(w,n,p50.toFixed(1),p95.toFixed(1),max.toFixed(1));};
async function floor(place){
  await place.run(PROBE); await place.run(MAKE_BARE, 0);
  const shown=[]; for(let i=1;i<=40;i++) shown.push(await place.run(SHOW_ANOTHER,i));
  show("bare open",place.name,shown);
  await place.run(TO_THE_MIDDLE);
  await place.keys("Nobody has to ask, because it is written down. ",60);
  await place.run("skeinProbe.keys()");
  await place.keys("Nobody has to ask, because it is written down. ".repeat(3),40);
  show("bare key",place.name,await place.run("return skeinProbe.keysDone()"));
}
try{
 const folder=await freshFolder(cleanup);
 const b=await startBrowser(); cleanup(()=>b.close());
 const c=await InChromium.at(b,"data:text/html,<!doctype html><main>x</main>"); await floor(c);
 const desk=await startDesk(cleanup);
 const w=new Desktop(folder,"empty",desk,0,EMPTY_WINDOW); cleanup(()=>w.quit()); await w.start();
 await floor(await InWebview.at(w));
} finally { for(const t of tasks.reverse()) await t(); }
