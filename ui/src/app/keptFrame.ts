// Keeps a picture of the window for its next start, which shows it until the app stands (`public/last-frame.js`).

import { keepFrame } from "../ipc/shell";

/** What a picture is made of. */
export type Picture = { html: string; css: string; ground: string };

/** So long after the last key, click or step, when nobody waits for anything. */
const REST_MS = 2_000;
/** What lives only in the app, or says what would be wrong in a picture. */
const LEFT_OUT = ".cm-cursorLayer, .cm-selectionLayer, .cm-announced, [role=dialog]";

/** `frame` as it looks now, with the styles that make it look so. */
export function pictureOf(frame: HTMLElement): Picture {
  const copy = frame.cloneNode(true) as HTMLElement;
  // Both have the same elements in the same order, as long as none is taken out.
  const originals = frame.querySelectorAll<HTMLElement>("*");
  const copies = [...copy.querySelectorAll<HTMLElement>("*")];
  originals.forEach((original, index) => {
    const one = copies[index];
    if (one !== undefined) settle(original, one);
  });
  for (const one of copy.querySelectorAll(LEFT_OUT)) one.remove();
  const ground = getComputedStyle(frame).getPropertyValue("--ground").trim();
  return { html: copy.outerHTML, css: stylesOf(frame.ownerDocument), ground };
}

/** Writes into a copy what only the original knew. */
function settle(original: HTMLElement, copy: HTMLElement): void {
  if (original.scrollTop > 0) copy.dataset["scrolled"] = String(original.scrollTop);
  if (original instanceof HTMLTextAreaElement) copy.textContent = original.value;
  if (original instanceof HTMLInputElement) {
    copy.setAttribute("value", original.value);
    copy.toggleAttribute("checked", original.checked);
  }
  if (original instanceof HTMLImageElement) {
    // Its bytes are not here at the next start; its place is.
    const { width, height } = original.getBoundingClientRect();
    copy.removeAttribute("src");
    Object.assign(copy.style, { inlineSize: `${width}px`, blockSize: `${height}px` });
  }
}

/** All styles of the page, for a root that is not the page's own. */
function stylesOf(page: Document): string {
  const sheets = [...page.styleSheets, ...page.adoptedStyleSheets];
  const rules = sheets.flatMap((sheet) => [...sheet.cssRules]);
  return rules
    .filter((rule) => !(rule instanceof CSSFontFaceRule))
    .map((rule) => rule.cssText.replaceAll(":root", ".root"))
    .join("\n");
}

/** Keeps pictures of `frame` until the returned function is called. */
export function keepPictures(frame: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  const keep = (): void => {
    clearTimeout(timer);
    const picture = JSON.stringify(pictureOf(frame));
    if (picture === last) return;
    last = picture;
    // Without it the next start only begins empty.
    keepFrame(picture).catch(() => undefined);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(keep, REST_MS);
  };
  const atLeave = (): void => {
    if (document.visibilityState === "hidden") keep();
  };
  const moments = ["hashchange", "keyup", "pointerup", "wheel", "resize"];
  for (const moment of moments) window.addEventListener(moment, soon, { passive: true });
  document.addEventListener("visibilitychange", atLeave);
  soon();
  return () => {
    clearTimeout(timer);
    for (const moment of moments) window.removeEventListener(moment, soon);
    document.removeEventListener("visibilitychange", atLeave);
  };
}
