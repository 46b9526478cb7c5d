// Measures inside a page: installed as text into Chromium and into the desktop's webview alike.

/** Runs in the page. Times are in milliseconds; "painted" is the first task after the frame that follows. */
export const PROBE = `(() => {
  // Each port that stays open has WebKit send messages between its processes from then on: the hundredth opening would pay for all before it.

  /** The first task after the next frame: a message in Chromium, and in WebKit, where messages queue behind others, a timer. */
  const painted = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        const done = () => {
          resolve(performance.now());
          port1.close();
        };
        port1.onmessage = done;
        port2.postMessage(null);
        setTimeout(done);
      }),
    );

  /** How long the page's thread was not free: the gaps between turns that should follow each other at once. */
  const watchThread = () => {
    const { port1, port2 } = new MessageChannel();
    let last = performance.now();
    let on = true;
    const gaps = [];
    port1.onmessage = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (on) setTimeout(() => { last = performance.now(); port2.postMessage(null); }, 2);
    };
    port2.postMessage(null);
    return () => {
      on = false;
      port1.close();
      return Math.max(...gaps);
    };
  };

  const probe = {
    samples: [],
    painted,

    /** From now on, each key's way from its event to the frame that shows it. */
    keys() {
      probe.samples = [];
      probe.listener = (event) => {
        const pressed = event.timeStamp;
        void painted().then((at) => probe.samples.push(at - pressed));
      };
      addEventListener("keydown", probe.listener, true);
    },
    keysDone() {
      removeEventListener("keydown", probe.listener, true);
      return probe.samples;
    },

    /** From now on, the time between frames. */
    frames() {
      probe.samples = [];
      probe.running = true;
      let last = null;
      const next = (now) => {
        if (last !== null) probe.samples.push(now - last);
        last = now;
        if (probe.running) requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    framesDone() {
      probe.running = false;
      return probe.samples;
    },

    /** Each key's way to the first frame that shows other results. */
    results() {
      probe.samples = [];
      let pressed = null;
      probe.listener = (event) => (pressed = event.timeStamp);
      addEventListener("keydown", probe.listener, true);
      probe.observer = new MutationObserver(() => {
        if (pressed === null) return;
        const from = pressed;
        pressed = null;
        void painted().then((at) => probe.samples.push(at - from));
      });
      probe.observer.observe(document.querySelector("[role=dialog]"), { subtree: true, childList: true, characterData: true });
    },
    resultsDone() {
      probe.observer.disconnect();
      removeEventListener("keydown", probe.listener, true);
      return probe.samples;
    },

    /** Goes to an address; the time until a text is there to be read. */
    async open(address, text) {
      const release = watchThread();
      const isThere = () => document.querySelector(".cm-content")?.textContent.includes(text);
      const there = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (!isThere()) return;
          observer.disconnect();
          resolve();
        });
        if (isThere()) resolve();
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      const began = performance.now();
      location.hash = address;
      await there;
      const at = await painted();
      return { shown: at - began, blocked: release() };
    },
  };
  window.skeinProbe = probe;
})()`;
