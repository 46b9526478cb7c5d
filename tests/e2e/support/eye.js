// What an eye or a hand would find in a page, told by measuring it: words that nobody translated, words that are cut, controls that cannot be reached.

/** Words in plain letters that are not among `own`, words and patterns: they come from no list of words. For a page in the pseudo-locale. */
export function plainWords(page, own) {
  return page.evaluate((known) => {
    const found = new Set();
    const look = (text, where) => {
      let rest = text ?? "";
      for (const words of known) rest = rest.replaceAll(words, " ");
      if (/[a-z]{2,}/i.test(rest)) found.add(`${where}: ${text.trim().slice(0, 120)}`);
    };
    const content = "kbd, code, svg, script, style, .cm-content, [data-initials]";
    for (const element of document.body.querySelectorAll("*")) {
      if (element.matches(content) || element.closest(content) || !element.checkVisibility())
        continue;
      for (const child of element.childNodes)
        if (child.nodeType === Node.TEXT_NODE) look(child.data, element.localName);
      for (const name of ["aria-label", "aria-description", "title", "placeholder", "alt"])
        look(element.getAttribute(name), name);
    }
    return [...found];
  }, own);
}

/** Text that ends where its box or the window does, without a sign that there is more. */
export function cutWords(page) {
  return page.evaluate(() => {
    const SLACK = 1.5;
    const found = new Set();
    const isUnseen = (element) =>
      element.closest(".unseen, .skip, svg") !== null ||
      !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const shortens = (style) =>
      style.textOverflow === "ellipsis" || !["none", ""].includes(style.webkitLineClamp);
    const judge = (element, box, words) => {
      let shortened = false;
      for (let at = element; at !== null; at = at.parentElement) {
        const style = getComputedStyle(at);
        shortened ||= shortens(style);
        const outer = at.getBoundingClientRect();
        const across = box.right > outer.right + SLACK || box.left < outer.left - SLACK;
        const down = box.bottom > outer.bottom + SLACK || box.top < outer.top - SLACK;
        if (across && /auto|scroll/.test(style.overflowX)) {
          // A board is wider than the window and code than its column; what one is asked is not.
          if (at.closest("[role=dialog], [role=menu]") !== null && !at.matches("pre, code, .cm-scroller"))
            found.add(`${words} beside its ${at.localName}.${at.className}`);
          return;
        }
        if (down && /auto|scroll/.test(style.overflowY)) return;
        const cut =
          (across && /hidden|clip/.test(style.overflowX)) ||
          (down && /hidden|clip/.test(style.overflowY));
        if (cut && !shortened) found.add(`${words} in ${at.localName}.${at.className}`);
        if (cut) return;
        if (at.matches("button, a[role=button]") && across && !shortened)
          found.add(`${words} out of its ${at.localName}.${at.className}`);
        if (style.position === "fixed") break;
      }
      if (box.right > innerWidth + SLACK || box.left < -SLACK) found.add(`${words} off the window`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walker.nextNode()) {
      const { data, parentElement } = walker.currentNode;
      if (data.trim() === "" || isUnseen(parentElement)) continue;
      range.selectNodeContents(walker.currentNode);
      const box = range.getBoundingClientRect();
      if (box.width > 0) judge(parentElement, box, `“${data.trim().slice(0, 60)}”`);
    }
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth)
      found.add("the page is wider than the window");
    return [...found];
  });
}

/** Every control that Tab is to reach now: those of the open dialog, else all. */
const CONTROLS = `(() => {
  const dialogs = [...document.querySelectorAll('[role=dialog]')];
  const within = dialogs.at(-1) ?? document;
  const all = within.querySelectorAll('a[href], button, input, textarea, select, [contenteditable=true], [tabindex]');
  const group = (one) => one.name || one.closest('[role=radiogroup]');
  return [...all].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && !one.closest('[inert], [aria-hidden=true]') && one.checkVisibility({ visibilityProperty: true }) &&
    !(one.type === 'radio' && !one.checked && [...all].some((other) => other.type === 'radio' && other.checked && group(other) === group(one))));
})()`;

/** Goes through the page by Tab; tells what was never reached, what lay covered or outside, and where no focus was seen. */
export async function byTab(page) {
  const faults = await walk(page);
  // What came while one walked (the words of delivery come a moment after their document) is met on the second round.
  return faults.some((fault) => fault.startsWith("never reached")) ? walk(page) : faults;
}

async function walk(page) {
  const faults = new Set();
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("[data-reached]")) one.removeAttribute("data-reached");
    if (document.querySelector("[role=dialog]") === null) document.activeElement?.blur();
  });
  const wanted = await page.evaluate(`${CONTROLS}.length`);
  let ends = 0;
  for (let step = 0; step < wanted * 2 + 10; step += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(lookAtFocus);
    if (seen.fault !== null) faults.add(seen.fault);
    if (seen.left) ends += 1;
    // It may have begun in the middle: round once is what is reached again, or the end for the second time.
    if (seen.again || ends > 1) break;
  }
  const missed = await page.evaluate(
    `${CONTROLS}.filter((one) => !one.hasAttribute('data-reached')).map((one) => 'never reached: ' + one.outerHTML.slice(0, 160))`,
  );
  return [...faults, ...missed];
}

function lookAtFocus() {
  const at = document.activeElement;
  if (at === null || at === document.body) return { left: true, again: false, fault: null };
  // A field of several parts, as that of a time, is passed in several steps.
  const again = at.hasAttribute("data-reached") && window.passed !== at;
  window.passed = at;
  at.setAttribute("data-reached", "");
  const name = `${at.localName} ${at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40)}`;
  const isDrawn = (style) =>
    (style.outlineStyle !== "none" &&
      parseFloat(style.outlineWidth) >= 1 &&
      !/, 0\)$/.test(style.outlineColor)) ||
    /\d/.test(style.boxShadow);
  const near = [at, at.parentElement, at.parentElement?.parentElement, at.nextElementSibling];
  // In text the caret is what one sees.
  const isText = at.matches("textarea, [contenteditable=true], input:not([type=radio], [type=checkbox])");
  const drawn = isText || near.some((one) => one && isDrawn(getComputedStyle(one)));
  if (!drawn) return { left: false, again, fault: `no focus to be seen: ${name}` };
  const box = at.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const outside = box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1;
  if (outside) return { left: false, again, fault: `outside of the window: ${name}` };
  const label = at.closest("label") ?? at.labels?.[0] ?? null;
  // Something tall may be scrolled half away.
  const over = [0.5, 0.1, 0.9].map((part) => {
    const y = Math.min(Math.max(box.top + box.height * part, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    const free = top === null || at.contains(top) || top.contains(at) || label?.contains(top);
    return free ? null : `${top.localName}.${top.className}`;
  });
  const fault = over.includes(null) ? null : `covered: ${name} by ${over[0]}`;
  return { left: false, again, fault };
}

/** Animations and transitions that take longer than a person who wants none would see. */
export function motions(page) {
  return page.evaluate(() => {
    const longest = (times) =>
      Math.max(...times.split(",").map((time) => parseFloat(time) * (time.includes("ms") ? 1 : 1000)));
    const found = new Set();
    for (const element of document.querySelectorAll("*")) {
      for (const part of [null, "::before", "::after"]) {
        const style = getComputedStyle(element, part);
        const moves = style.animationName !== "none" && longest(style.animationDuration) > 1;
        if (moves || longest(style.transitionDuration) > 1)
          found.add(`${element.localName}.${element.className}${part ?? ""}`);
      }
    }
    return [...found];
  });
}

/** What is chosen, and told by its ground alone: where colours are forced every ground is the same. */
export function unmarked(page) {
  return page.evaluate(() => {
    const CHOSEN =
      '[aria-selected=true], [aria-checked=true], [aria-pressed=true], [aria-current]:not([aria-current=false])';
    const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return [...document.querySelectorAll(CHOSEN)]
      .filter((one) => one.checkVisibility() && one.closest(".cm-content") === null)
      .filter((one) => !one.matches("input, [role=checkbox], [role=switch]"))
      .filter((one) => !drawn(getComputedStyle(one)))
      .map((one) => `not marked: ${one.outerHTML.slice(0, 120)}`);
  });
}

/** A dialog that scrolls although the window has room for more of it. */
export function lowDialogs(page) {
  return page.evaluate(() => {
    const faults = [];
    for (const dialog of document.querySelectorAll("[role=dialog].dialog")) {
      const { height } = dialog.getBoundingClientRect();
      const scrolls = [...dialog.querySelectorAll("*")].some(
        (part) =>
          part.scrollHeight > part.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(part).overflowY),
      );
      if (scrolls && height < innerHeight * 0.85) faults.push(`only ${height} px high: ${dialog.ariaLabel}`);
    }
    return faults;
  });
}

/** Words of the interface that are shortened with nowhere to read them whole. For a page in the pseudo-locale, whose words stand in brackets. */
export function shortenedWords(page) {
  return page.evaluate(() => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data, parentElement: own } = walker.currentNode;
      if (!/^\s*\[.*\]\s*$/s.test(data) || own.closest(".cm-content, .unseen") !== null) continue;
      if (!own.checkVisibility()) continue;
      for (let at = own; at !== null && at !== document.body; at = at.parentElement) {
        const { textOverflow } = getComputedStyle(at);
        const isCut = textOverflow === "ellipsis" && at.scrollWidth > at.clientWidth + 1;
        if (isCut && own.closest("[title]") === null)
          found.add(`shortened: ${data.trim().slice(0, 80)} in ${at.localName}.${at.className}`);
      }
    }
    return [...found];
  });
}
