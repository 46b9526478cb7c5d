// Tells the clock of measurements when the first document stood on the screen.

/** As `performance` calls it. */
const MARK = "document shown";

let told = false;

/** A document stands in the page; the first one is told with the first task after the frame that shows it. */
export function documentShown(): void {
  if (told) return;
  told = true;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => performance.mark(MARK);
    port2.postMessage(null);
  });
}
