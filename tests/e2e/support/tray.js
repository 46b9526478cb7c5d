// A desktop's tray on the bus of a desk: takes the icons of apps, reads their menus and presses in them.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { DESKTOP_TRAY, ended } from "./skein.js";

export class Tray {
  #child;
  #lines;

  static async on(desk, cleanup) {
    const tray = new Tray();
    tray.#child = spawn(DESKTOP_TRAY, [], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...desk },
    });
    cleanup(() => ended(tray.#child, "SIGTERM", 5_000));
    tray.#lines = createInterface({ input: tray.#child.stdout })[Symbol.asyncIterator]();
    await tray.#lines.next();
    return tray;
  }

  async #tell(line) {
    this.#child.stdin.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (done || value.startsWith("error")) throw new Error(`${line}: ${value}`);
    return value;
  }

  /** The next app that shows an icon, by its name on the bus. */
  item() {
    return this.#tell("item");
  }

  icon(item) {
    return this.#tell(`icon ${item}`);
  }

  /** What the menu offers; in brackets what cannot be chosen. */
  async menu(item) {
    return (await this.#tell(`menu ${item}`)).split(" | ");
  }

  press(item, label) {
    return this.#tell(`press ${item} ${label}`);
  }

  activate(item) {
    return this.#tell(`activate ${item}`);
  }

  /** The desktop has no tray any more. */
  goes() {
    return this.#tell("gone");
  }

  comes() {
    return this.#tell("back");
  }
}
