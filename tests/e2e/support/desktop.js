// The desktop app on a virtual display, spoken to by WebDriver: every window has a profile, folders and a driver of its own.

import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DESKTOP, ended } from "./skein.js";
import { until } from "./wait.js";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
export const KEY = {
  enter: "\uE007",
  escape: "\uE00C",
  control: "\uE009",
  shift: "\uE008",
  right: "\uE014",
  end: "\uE010",
  none: "\uE000",
};

/** A program that says one line when it is ready, and is ended by its id. */
async function helper(cleanup, command, args, fd) {
  const stdio = ["ignore", "ignore", "ignore"];
  stdio[fd] = "pipe";
  const child = spawn(command, args, { stdio });
  cleanup(() => ended(child, "SIGTERM", 5_000));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${command} ended early with ${code}`)));
    createInterface({ input: child.stdio[fd] }).once("line", resolve);
  });
}

/** A display and a message bus that nobody else uses. */
export async function startDesk(cleanup) {
  const screen = ["-screen", "0", "2600x820x24", "-nolisten", "tcp", "-displayfd", "3"];
  const display = await helper(cleanup, "Xvfb", screen, 3);
  const bus = await helper(
    cleanup,
    "dbus-daemon",
    ["--session", "--nofork", "--print-address=1"],
    1,
  );
  return { DISPLAY: `:${display}`, DBUS_SESSION_BUS_ADDRESS: bus };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The processes that a process started. */
async function childrenOf(pid) {
  const found = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === pid) found.push(Number(entry));
  }
  return found;
}

export class Desktop {
  #driver = null;
  #session = "";
  isPlaced = false;

  /** `left` is where the window stands: windows side by side, since one that is covered does not paint. */
  constructor(folder, name, desk, left = 0, binary = DESKTOP) {
    this.name = name;
    this.left = left;
    this.folder = folder;
    this.profile = join(folder, name);
    this.desk = desk;
    this.binary = binary;
  }

  /** Starts the app, with more arguments where there are some, and waits for its page. */
  async start(...more) {
    const port = await freePort();
    const home = join(this.folder, `${this.name}-home`);
    await mkdir(home, { recursive: true });
    this.#driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        ...this.desk,
        TAURI_WEBVIEW_AUTOMATION: "true",
        WEBKIT_DISABLE_DMABUF_RENDERER: "1",
        NO_AT_BRIDGE: "1",
        XDG_DATA_HOME: join(home, "data"),
        XDG_CONFIG_HOME: join(home, "config"),
        XDG_CACHE_HOME: join(home, "cache"),
      },
    });
    this.base = `http://127.0.0.1:${port}`;
    await until("the driver", () =>
      fetch(`${this.base}/status`).then(
        (one) => one.ok,
        () => false,
      ),
    );
    const args = ["--profile", this.profile, "--this-machine-only"];
    const options = { binary: this.binary, args: this.binary === DESKTOP ? [...args, ...more] : [] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    const { sessionId } = await this.#ask("POST", "/session", { capabilities });
    this.#session = `/session/${sessionId}`;
    if (!this.isPlaced) await this.placeAt({ x: this.left, y: 0, width: 1280, height: 800 });
    await until("the page", () => this.run("return document.querySelector('main, nav') !== null"));
  }

  /** Moves and sizes the window, as somebody does who drags its edges. From then on a start leaves it where it is. */
  leaveAt(place) {
    this.isPlaced = true;
    return this.placeAt(place);
  }

  placeAt(place) {
    return this.#ask("POST", `${this.#session}/window/rect`, place);
  }

  /** Starts the app a second time on the same profile, as following a link does; resolves when that process has ended. */
  async startAgain(...more) {
    const child = spawn(this.binary, ["--profile", this.profile, "--this-machine-only", ...more], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...this.desk, WEBKIT_DISABLE_DMABUF_RENDERER: "1" },
    });
    await until("the second process to end", () => child.exitCode !== null);
    return child.exitCode;
  }

  /** Quits as a log-out would, and waits until the app is gone. */
  async quit() {
    const driver = this.#driver;
    this.#driver = null;
    if (driver === null) return;
    const apps = await childrenOf(driver.pid);
    for (const app of apps) process.kill(app, "SIGTERM");
    await until("the app to end", async () => (await childrenOf(driver.pid)).length === 0);
    await ended(driver, "SIGTERM", 5_000);
  }

  /** Resolves when the app has ended by itself. */
  ended() {
    const { pid } = this.#driver;
    return until("the app to end", async () => (await childrenOf(pid)).length === 0);
  }

  /** When the app's process began, in milliseconds since 1970 (to 10 ms). */
  async startedAt() {
    const [app] = await childrenOf(this.#driver.pid);
    const stat = await readFile(`/proc/${app}/stat`, "utf8");
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const boot = /^btime (\d+)$/m.exec(await readFile("/proc/stat", "utf8"))[1];
    const [uptime] = (await readFile("/proc/uptime", "utf8")).split(" ").map(Number);
    const bootedAt = Math.abs(Date.now() - uptime * 1000 - boot * 1000) < 2000 ? Date.now() - uptime * 1000 : boot * 1000;
    return bootedAt + ticks * 10;
  }

  /** Presses keys one after the other, with a pause (ms) between them. */
  async keys(keys, pause = 0) {
    const actions = [...keys].flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
      ...(pause > 0 ? [{ type: "pause", duration: pause }] : []),
    ]);
    await this.#ask("POST", `${this.#session}/actions`, {
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  }

  /** Presses keys together: "Control+Shift+F". */
  async chord(keys) {
    const values = keys.split("+").map((key) => KEY[key.toLowerCase()] ?? key.toLowerCase());
    const actions = [
      ...values.map((value) => ({ type: "keyDown", value })),
      ...values.reverse().map((value) => ({ type: "keyUp", value })),
    ];
    await this.#ask("POST", `${this.#session}/actions`, {
      actions: [{ type: "key", id: "keyboard", actions }],
    });
  }

  async #ask(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    }).catch((error) => {
      throw new Error(`${this.name}: ${method} ${path}: ${error}`);
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${this.name}: ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  /** Runs a script in the page. */
  run(script, ...args) {
    return this.#ask("POST", `${this.#session}/execute/sync`, { script, args });
  }

  /** The first element of a role and a name that is there to be seen. */
  find(role, name) {
    return until(`${role} ${name} at ${this.name}'s`, () => this.run(FIND, role, name));
  }

  async click(role, name) {
    const element = await this.find(role, name);
    await this.#ask("POST", `${this.#session}/element/${element[ELEMENT]}/click`, {});
  }

  async type(role, name, text) {
    const element = await this.find(role, name);
    await this.#ask("POST", `${this.#session}/element/${element[ELEMENT]}/value`, { text });
  }

  /** Replaces what a field holds. */
  async fill(role, name, text) {
    const element = await this.find(role, name);
    await this.run("arguments[0].focus(); arguments[0].select()", element);
    await this.#ask("POST", `${this.#session}/element/${element[ELEMENT]}/value`, { text });
  }

  /** Drags with the mouse from one element to another. */
  drag(from, to) {
    const over = { origin: from, x: 12, y: 6, duration: 80 };
    return this.#mouse({ origin: from }, [over, { origin: to, duration: 250 }]);
  }

  /** Drags with the mouse from one point of the window over others, each reached in so many milliseconds. */
  dragOver(from, stops, duration) {
    return this.#mouse(
      from,
      stops.map((stop) => ({ ...stop, duration })),
    );
  }

  async #mouse(from, stops) {
    const move = (to) => ({ type: "pointerMove", origin: "viewport", x: 0, y: 0, duration: 0, ...to });
    const actions = [
      move(from),
      { type: "pointerDown", button: 0 },
      ...stops.map(move),
      { type: "pointerUp", button: 0 },
    ];
    const mouse = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions };
    await this.#ask("POST", `${this.#session}/actions`, { actions: [mouse] });
  }

  /** The whole text of an editor, from the editor itself. */
  text(label = "Note text") {
    return this.run(
      `const content = [...document.querySelectorAll(".cm-content")].find((one) => one.getAttribute("aria-label") === arguments[0]);
       return content?.cmTile.root.view.state.doc.toString() ?? null`,
      label,
    );
  }

  caret(position) {
    return this.run(
      `const view = document.querySelector(".cm-content").cmTile.root.view;
       view.focus();
       view.dispatch({ selection: { anchor: arguments[0] } })`,
      position,
    );
  }

  caretAt() {
    return this.run(
      "return document.querySelector('.cm-content').cmTile.root.view.state.selection.main.head",
    );
  }

  /** Columns with their cards. */
  board() {
    return this.run(`return [...document.querySelectorAll("[data-list]")].map((list) => [
      list.getAttribute("aria-label").replace("Cards in ", ""),
      [...list.querySelectorAll("[data-card] .title")].map((title) => title.textContent),
    ])`);
  }

  async screenshot(path) {
    // WebKit takes the picture with the next frame that differs, and a page at rest makes none.
    await this.run(`let left = 40;
      const stir = () => {
        document.documentElement.style.opacity = left % 2 === 0 ? "" : "0.999";
        if (left-- > 0) requestAnimationFrame(stir);
      };
      setTimeout(stir, 50)`);
    const image = await this.#ask("GET", `${this.#session}/screenshot`);
    await writeFile(path, Buffer.from(image, "base64"));
  }
}

/** Finds by role and name as far as this app needs it; a name may be a beginning that ends in "…". */
const FIND = `
  const [role, wanted] = arguments;
  const tags = { button: "button", textbox: "input, textarea, [role=textbox]", radio: "[role=radio], input[type=radio]", link: "a", list: "ul, [role=list]" };
  const textOf = (one) => {
    const copy = one.cloneNode(true);
    for (const unread of copy.querySelectorAll("[aria-hidden=true]")) unread.remove();
    return copy.textContent;
  };
  const nameOf = (one) =>
    one.getAttribute("aria-label") ??
    one.labels?.[0]?.querySelector("span")?.textContent ??
    one.labels?.[0]?.textContent ??
    textOf(one);
  const fits = (name) =>
    wanted.endsWith("…") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
  return (
    [...document.querySelectorAll(tags[role] ?? "[role=" + role + "]")].find(
      (one) => one.checkVisibility() && fits((nameOf(one) ?? "").trim()),
    ) ?? null
  );
`;
