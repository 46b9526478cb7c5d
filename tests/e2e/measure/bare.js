// A page with nothing but text in it: what the browser, the frame and this machine's painting cost by themselves.

/** As many lines as a window shows, in the look of a note; `turn` makes two of them differ. */
const TEXT = `
  const line = (index) =>
    "<p>" + index + "." + given[0] + " Handing over across time zones needs <em>written</em> work, and a <strong>note</strong> says what moved, " +
    "<a href='#'>what is stuck</a> and what would help.</p>";
  const text = Array.from({ length: 30 }, (_, index) => line(index)).join("");
`;

/** Makes an empty window's page a bare one: a column of text that can be written in. */
export const MAKE_BARE = `
  document.body.innerHTML =
    "<div id='text' contenteditable style='font: 17px/1.6 serif; max-width: 700px; margin: 0 auto; white-space: pre-wrap'></div>";
  ${TEXT}
  document.getElementById("text").innerHTML = text;
`;

/** Shows another text; the time until it is painted. */
export const SHOW_ANOTHER = `
  ${TEXT}
  const began = performance.now();
  document.getElementById("text").innerHTML = text;
  return (await skeinProbe.painted()) - began;
`;

/** Puts the caret into the middle of the text. */
export const TO_THE_MIDDLE = `
  const text = document.getElementById("text");
  text.focus();
  getSelection().collapse(text.children[8].lastChild, 3);
`;
