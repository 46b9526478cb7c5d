// The two places in which the view is measured, spoken to in one way: Chromium on `skein serve`, and the desktop's own webview.

import { Person } from "../support/browser.js";

/** Scripts name their arguments as WebDriver does. */
const given = (body) => body.replaceAll("arguments[", "given[");

export class InChromium {
  name = "Chromium";

  static async at(browser, address) {
    const place = new InChromium();
    place.person = await Person.at(browser, address, { reducedMotion: "no-preference" });
    return place;
  }

  /** Runs a function's text in the page, with arguments; waits for its promise. */
  run(body, ...args) {
    return this.person.page.evaluate(
      ([text, given]) => new Function("given", `return (async () => { ${text} })()`)(given),
      [given(body), args],
    );
  }

  async keys(keys, pause) {
    for (const key of keys) {
      await this.person.page.keyboard.type(key);
      await this.person.page.waitForTimeout(pause);
    }
  }

  press(keys) {
    return this.person.page.keyboard.press(keys);
  }

  /** Drags one element over a list of places, each within so many milliseconds, and drops it at the last. */
  async drag(from, stops, duration) {
    const { mouse } = this.person.page;
    const steps = Math.max(1, Math.round(duration / 8));
    await mouse.move(from.x, from.y);
    await mouse.down();
    for (const stop of stops) await mouse.move(stop.x, stop.y, { steps });
    await mouse.up();
  }
}

export class InWebview {
  name = "desktop webview";

  static async at(window) {
    const place = new InWebview();
    place.window = window;
    return place;
  }

  run(body, ...args) {
    return this.window.run(
      `const given = [...arguments]; return (async () => { ${given(body)} })()`,
      ...args,
    );
  }

  keys(keys, pause) {
    return this.window.keys(keys, pause);
  }

  press(keys) {
    return this.window.chord(keys);
  }

  drag(from, stops, duration) {
    return this.window.dragOver(from, stops, duration);
  }
}
