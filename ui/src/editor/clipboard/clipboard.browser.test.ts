import fc from "fast-check";
import { expect, test } from "vitest";
import { stateOf } from "../testing/state";
import { markdownFromHtml } from "./fromHtml";
import { pasted, tableFromTabs } from "./index";
import { htmlOf } from "./toHtml";

test("a page's headings, emphasis, links and code become Markdown", () => {
  const html = `<h1>One <b>two</b></h1><p>a <em>b</em> <strong>c </strong>d <a href="https://x.y/(z)">link</a> <code>k</code></p>
    <blockquote><p>said</p><p>more</p></blockquote><hr><pre><code class="language-rust">let a = 1;\n</code></pre>`;
  expect(markdownFromHtml(html)).toBe(
    "# One two\n\na *b* **c** d [link](https://x.y/%28z%29) `k`\n\n> said\n>\n> more\n\n---\n\n```rust\nlet a = 1;\n```",
  );
});

test("lists keep their depth, numbers and boxes", () => {
  const html = `<ol><li>a<ul><li>b</li><li><input type=checkbox checked> c</li></ul></li><li><p>d</p></li></ol>`;
  expect(markdownFromHtml(html)).toBe("1. a\n   - b\n   - [x] c\n2. d");
});

test("Google Docs' wrapper is not bold, its styled spans are", () => {
  const html = `<b style="font-weight:normal" id="docs-internal-guid-1"><p><span style="font-weight:700">Bold</span><span style="font-weight:400"> plain</span></p><ul><li><p>one</p></li><ul><li><p>deeper</p></li></ul></ul></b>`;
  expect(markdownFromHtml(html)).toBe("**Bold** plain\n\n- one\n  - deeper");
});

test("Word's list paragraphs become lists", () => {
  const item = (level: number, mark: string, words: string) =>
    `<p class=MsoListParagraph style='mso-list:l0 level${level} lfo1'><span style='mso-list:Ignore'>${mark}<span>&nbsp; </span></span>${words}<o:p></o:p></p>`;
  const html = item(1, "·", "one") + item(2, "o", "two") + item(1, "·", "three");
  expect(markdownFromHtml(html)).toBe("- one\n  - two\n- three");
});

test("a table becomes one, pipes in its cells stay words", () => {
  const html = "<table><tr><th>a</th><th>b|c</th></tr><tr><td>1<br>2</td><td></td></tr></table>";
  expect(markdownFromHtml(html)).toBe("| a | b\\|c |\n| --- | --- |\n| 1 2 |  |");
});

test("scripts, styles, data and script addresses never come in", () => {
  const html = `<style>p{}</style><script>alert(1)</script><p>a<img src="data:image/png;base64,AAAA"><img src="https://x/y.png" alt="y"> <a href="javascript:alert(1)">b</a></p>`;
  expect(markdownFromHtml(html)).toBe("a![y](https://x/y.png) b");
});

test("words that look like Markdown stay words", () => {
  expect(markdownFromHtml("<p># no * title</p><p>1. no list</p><p>snake_case_word [x]</p>")).toBe(
    "\\# no \\* title\n\n\\1. no list\n\nsnake_case_word [x]".replace("\\1.", "\\1."),
  );
});

test("cells parted by tabs are a table, code with tabs is not", () => {
  expect(tableFromTabs("a\tb\n1\t2")).toBe("| a | b |\n| --- | --- |\n| 1 | 2 |");
  expect(tableFromTabs("if a:\n\tb")).toBeNull();
  expect(tableFromTabs("\ta\n\tb")).toBeNull();
});

test("plain HTML leaves the plain text as it is", () => {
  expect(pasted("**a**", "<meta charset=utf-8><span>**a**</span>")).toBe("**a**");
  expect(pasted("# a", `<pre># a</pre>`)).toBe("# a");
});

test("hostile HTML is bounded: depth, number and size", () => {
  expect(markdownFromHtml(`${"<div><b>".repeat(20_000)}deep`)).toBeNull();
  expect(markdownFromHtml(`${"<div>".repeat(20_000)}deep`)).toBe("deep");
  expect(markdownFromHtml("<p>a</p>".repeat(100_000))).toBeNull();
  expect(markdownFromHtml("x".repeat(2_000_000))).toBeNull();
  expect(markdownFromHtml(`<p>${"*_`[<".repeat(20_000)}</p>`)).not.toBeUndefined();
});

test("whatever the HTML, conversion answers, and never with a script's address", () => {
  const piece = fc.constantFrom(
    ..."<p>|</p>|<b>|</b>|<ul>|<li>|</ul>|<ol>|<table>|<tr>|<td>|</table>|<a href='javascript:x'>|<a href=https://a.b>|</a>|<pre>|</pre>|<code>|`|*|_|[|](|<img src=x onerror=y>|<br>|<h1>|</h1>|<blockquote>|<script>|</script>|<!--|--><svg>|&nbsp;|word | \n|<math><mi>".split(
      "|",
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      const made = markdownFromHtml(pieces.join(""));
      if (made !== null) expect(made).not.toMatch(/\]\(javascript:/i);
    }),
    { numRuns: 400 },
  );
});

test("what is copied as HTML comes back as the same Markdown", () => {
  const text =
    "# Title\n\na **bold** *word* and `code` [link](https://x.y)\n\n- one\n  - [x] two\n- three\n\n> said\n\n```js\nlet a;\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |";
  const html = htmlOf(stateOf(text.replaceAll("|", "¦")), text) ?? "";
  expect(markdownFromHtml(html)).toBe(text);
});
