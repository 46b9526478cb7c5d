// When the page stands: what may wait begins then, the picture of the last frame goes, and the clock of measurements is told.

/** As `performance` calls it. */
const MARK = "document shown";
/** What waits for a page that never stands begins all the same. */
const LONGEST_WAIT_MS = 1_000;

let stands = false;
let marked = false;
let waiting: (() => void)[] = [];

function begin(): void {
  stands = true;
  const all = waiting;
  waiting = [];
  for (const run of all) run();
}

/** Runs with the first task after the frame that follows. */
function afterFrame(run: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      run();
    };
    port2.postMessage(null);
  });
}

/** Runs once what the person looks at is there, or at once if it is. Returns how to give that up. */
export function whenPageStands(run: () => void): () => void {
  if (stands) {
    run();
    return () => undefined;
  }
  if (waiting.length === 0) setTimeout(begin, LONGEST_WAIT_MS);
  waiting.push(run);
  return () => (waiting = waiting.filter((one) => one !== run));
}

/** What the person looks at is in the page. */
export function pageStands(): void {
  if (!stands) begin();
}

/** A document stands in the page; the first one is told with the first task after the frame that shows it. */
export function documentShown(): void {
  pageStands();
  if (marked) return;
  marked = true;
  afterFrame(() => performance.mark(MARK));
}

/** The window as it is stands in the place of its last picture, once the next frame is drawn. */
export function dropLastFrame(): void {
  const picture = document.getElementById("last-frame");
  if (picture !== null) afterFrame(() => picture.remove());
}
