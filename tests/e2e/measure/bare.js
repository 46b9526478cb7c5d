// A page with nothing but text in it: what the browser, the frame and this machine's painting cost by themselves.

/** As many paragraphs as a window shows, as long as those of the notes that are measured; the argument makes two screens of it differ. */
const TEXT = `
  const sentence = "Handing over across time zones needs <em>written</em> work, and a <strong>note</strong> says what moved, <a href='#'>what is stuck</a> and what would help. ";
  const text = Array.from({ length: 12 }, (_, index) => "<p>" + index + "." + given[0] + " " + sentence.repeat(4) + "</p>").join("");
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

/** Puts the caret at the end of a paragraph. */
export const TO_WRITE = `
  const text = document.getElementById("text");
  text.focus();
  getSelection().selectAllChildren(text.children[2]);
  getSelection().collapseToEnd();
`;
