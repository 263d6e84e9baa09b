import { describe, expect, test } from "vitest";
import { html, textOf, trust } from "../../src/report/html/escape.ts";
import { plainMarkdown } from "../../src/report/plain-markdown.ts";

describe("html", () => {
  test("escapes what is put in, in text and in attributes", () => {
    expect(textOf(html`<p title="${`"'<&>\``}">${"</p><script>"}</p>`)).toBe(
      '<p title="&#34;&#39;&#60;&#38;&#62;&#96;">&#60;/p&#62;&#60;script&#62;</p>',
    );
  });

  test("leaves markup as it is, also in lists", () => {
    expect(textOf(html`<ul>${["a<", "b"].map((name) => html`<li>${name}</li>`)}${trust("<hr>")}</ul>`)).toBe(
      "<ul><li>a&#60;</li><li>b</li><hr></ul>",
    );
  });

  test("leaves nothing for null, undefined and false, but writes 0", () => {
    expect(textOf(html`${null}${undefined}${false}${0}`)).toBe("0");
  });

  test("replaces characters that no document may have", () => {
    expect(textOf(html`${"a\u0000b\u001bc\ud800d"}`)).toBe("a\uFFFDb\uFFFDc\uFFFDd");
    expect(plainMarkdown("a\u0000b\u001b[31mc")).toBe("a\uFFFDb\uFFFD\\[31mc");
  });
});
