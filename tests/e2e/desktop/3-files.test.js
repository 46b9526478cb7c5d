// Files in the desktop window, where the web view gives the page neither pictures from the clipboard nor a way to save.

import assert from "node:assert/strict";
import { Desktop, KEY, startDesk } from "../support/desktop.js";
import { freshFolder, skein } from "../support/skein.js";
import { scene, tidy } from "../support/stage.js";
import { until, untilEquals } from "../support/wait.js";

const cleanup = tidy();
const folder = await freshFolder(cleanup);
const desk = await startDesk(cleanup);
const ana = new Desktop(folder, "ana", desk);
cleanup(() => ana.quit());

await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
const { id } = await skein(ana.profile, "note", "new", "Quay", "--text", "");
const { status } = await skein(ana.profile, "status");
await ana.start(`skein://open/${status.workspaceId}/note/${id}`);

/** Asks the shell as the page does; an answer in bytes comes as their number. */
const ask = (command, given, headers) =>
  ana.run(
    `const [command, given, headers] = arguments;
     const body = typeof given === "string" ? new TextEncoder().encode(given) : given;
     return window.__TAURI_INTERNALS__.invoke(command, body, headers ? { headers } : undefined).then(
       (ok) => ({ ok: ok instanceof ArrayBuffer ? ok.byteLength : ok }),
       (error) => ({ error: error.message ?? String(error) }),
     )`,
    command,
    given,
    headers,
  );

scene("a picture on the clipboard is pasted, though the web view says nothing of it", async () => {
  await until("the text", async () => (await ana.text()) === "");
  await ana.run(`const button = document.createElement("button");
    button.setAttribute("aria-label", "copy a picture");
    button.style.cssText = "position: fixed; inset: 0 auto auto 50%; z-index: 999; padding: 20px";
    button.onclick = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [64, 40];
      canvas.getContext("2d").fillRect(0, 0, 64, 40);
      const picture = new Promise((done) => canvas.toBlob(done));
      navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]).then(() => button.remove());
    };
    document.body.append(button)`);
  await ana.click("button", "copy a picture");
  await until("the picture on the clipboard", async () => (await ask("clipboard_picture", {})).ok > 0);
  await ana.type("textbox", "Note text", `${KEY.control}v${KEY.none}`);
  await untilEquals(
    "the text",
    async () => (await ana.text()).replace(/skein:file\/\w+/, "skein:file/ID"),
    '![](skein:file/ID "64x40")\n\n',
  );
  await untilEquals(
    "the picture",
    () => ana.run("return document.querySelector('.sk-kept img')?.naturalWidth"),
    64,
  );
});

scene("the page reads nothing that was not let go over the window, and opens nothing that could run", async () => {
  const read = await ask("read_dropped", { token: 1, offset: 0, length: 10 });
  assert.match(read.error, /could not be read/);
  for (const name of ["virus.exe", "setup.sh", "page.html", "plan.pdf.desktop"]) {
    assert.match((await ask("begin_opening", { name })).error, /not opened from here/);
  }
});

scene("a file goes out as bytes, and what was given up does not come back", async () => {
  const { ok: token } = await ask("begin_opening", { name: "/geese.txt" });
  const headers = { outgoing: String(token) };
  assert.deepEqual(await ask("write_outgoing", "three ", headers), { ok: null });
  assert.deepEqual(await ask("write_outgoing", "geese", headers), { ok: null });
  assert.match((await ask("write_outgoing", "more", { outgoing: "99" })).error, /could not be written/);
  await ask("cancel_outgoing", { token });
  assert.match((await ask("finish_outgoing", { token })).error, /given up/);
});
