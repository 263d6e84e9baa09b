import { describe, expect, test } from "vitest";
import type { Grid } from "../../../src/report/grid/grid.ts";
import { htmlGrid } from "../../../src/report/grid/html.ts";
import { latexGrid } from "../../../src/report/grid/latex.ts";
import { markdownGrid } from "../../../src/report/grid/markdown.ts";
import { terminalGrid } from "../../../src/report/grid/terminal.ts";
import { textOf } from "../../../src/report/html/escape.ts";
import { plainLatex } from "../../../src/report/plain-latex.ts";
import { summaryGrid } from "../../../src/report/test/tables.ts";
import { allKinds, testResult } from "../fixture.ts";

const cell = (text: string, mark = "") => ({ text, mark });

/** A column of names, and a group of three. */
const grid = (...names: readonly string[]): Grid => ({
  name: "table-1",
  title: "A & B_1 rise 5 %",
  caption: "Means.",
  groups: [
    { title: "Model", parts: [], align: "left", isHead: true },
    { title: "Test accuracy, %", parts: ["ours", "paper", "diff."], align: "right", isHead: false },
    { title: "Epochs", parts: [], align: "right", isHead: false },
  ],
  rows: names.map((name) => [cell(name), cell("50.60 ± 0.52"), cell("50.51"), cell("+0.09"), cell("—", "a")]),
  notes: ["± is 95 %."],
  footnotes: [{ mark: "a", text: "not reached in 64 epochs" }],
});

describe("latexGrid", () => {
  test("writes a table with the rules of booktabs", () => {
    expect(latexGrid(grid("mlp"), "Shatter 1.0")).toMatchInlineSnapshot(`
      "% Made by Shatter 1.0. Needs \\usepackage{booktabs,graphicx}.
      \\begin{table}
        \\centering\\small\\setlength{\\tabcolsep}{4pt}
        \\caption{A \\& B\\_1 rise 5\\,\\%. Means.}
        \\medskip\\label{tab:table-1}
        \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%
        \\begin{tabular}{lrrrr}
          \\toprule
           & \\multicolumn{3}{c}{Test accuracy, \\%} &  \\\\
          \\cmidrule(lr){2-4}
          Model & ours & paper & diff. & Epochs \\\\
          \\midrule
          mlp & 50.60 $\\pm$ 0.52 & 50.51 & +0.09 & ---\\textsuperscript{a} \\\\
          \\bottomrule
        \\end{tabular}}

        \\smallskip\\footnotesize $\\pm$ is 95\\,\\%. \\textsuperscript{a}~not reached in 64 epochs.
      \\end{table}
      "
    `);
  });

  test("lets no name be a command, an option or the end of a comment", () => {
    expect(plainLatex("\\input{x} $a_1^2$ ~#& 100% <b> [1] * “q”\nnew")).toBe(
      "\\textbackslash{}input\\{x\\} \\$a\\_1\\textasciicircum{}2\\$ \\textasciitilde{}\\#\\& 100\\% \\textless{}b\\textgreater{} {[}1{]} {*} ``q'' new",
    );
    expect(latexGrid(grid("x"), "a\n\\input{evil}\r\\b")).toMatch(/^% Made by a \\input\{evil\} \\b\. Needs/);
  });

  test("writes the tables of tests too", () => {
    const text = latexGrid(summaryGrid(testResult(allKinds(2))), "Shatter");
    expect(text).toContain("True labels & 46.3\\,\\% & 100.0\\,\\% & 2/2 &");
    expect(text).not.toContain("multicolumn");
  });
});

describe("markdownGrid", () => {
  test("escapes names, and has its footnotes below", () => {
    expect(markdownGrid(grid("a|b"))).toMatchInlineSnapshot(`
      "# A \\& B\\_1 rise 5 %

      Means.

      | Model | Test accuracy, %: ours | paper | diff. | Epochs |
      | --- | ---: | ---: | ---: | ---: |
      | a\\|b | 50.60 ± 0.52 | 50.51 | +0.09 | —<sup>a</sup> |

      ± is 95 %.

      <sup>a</sup> not reached in 64 epochs
      "
    `);
  });
});

describe("htmlGrid", () => {
  test("titles groups of columns, and links footnotes", () => {
    const text = textOf(htmlGrid(grid("<b>")));
    expect(text).toContain('<th scope="col" class="left first" rowspan="2">Model</th>');
    expect(text).toContain('scope="colgroup" class="group first" colspan="3"');
    expect(text).toContain('<th scope="row" class="left first">&#60;b&#62;</th>');
    expect(text).toContain('<a href="#note-table-1-a">a</a>');
    expect(text).toContain('<li id="note-table-1-a">');
  });

  test("says so where there are no rows", () => {
    expect(textOf(htmlGrid(grid()))).toBe('<p class="nothing">The table has no rows yet.</p>');
  });
});

describe("terminalGrid", () => {
  const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

  test("aligns its columns under common titles", () => {
    expect(terminalGrid(grid("mlp-1x512", "alexnet"), { color: false })).toMatchInlineSnapshot(`
      "            ──── Test accuracy, % ────
      Model               ours  paper  diff.   Epochs
      ─────────   ──────────────────────────   ──────
      mlp-1x512   50.60 ± 0.52  50.51  +0.09     —[a]
      alexnet     50.60 ± 0.52  50.51  +0.09     —[a]"
    `);
  });

  test("breaks long names first", () => {
    const text = terminalGrid(grid("a network with a very long name"), { color: false, width: 60 });
    expect(text).toMatchInlineSnapshot(`
      "                        ──── Test accuracy, % ────
      Model                           ours  paper  diff.   Epochs
      ─────────────────────   ──────────────────────────   ──────
      a network with a very   50.60 ± 0.52  50.51  +0.09     —[a]
      long name"
    `);
  });

  test("follows with blocks where that is not enough", () => {
    const text = terminalGrid(grid("mlp-1x512"), { color: false, width: 45 });
    expect(widest(text)).toBeLessThanOrEqual(45);
    expect(text.match(/mlp-1x512/g)).toHaveLength(2);
  });

  test("writes colors only where they are wanted, and lets no name steer the terminal", () => {
    expect(terminalGrid(grid("\u001b[2J"), { color: false })).not.toContain("\u001b");
    expect(terminalGrid(grid("a"), { color: true })).toContain("\u001b[1m");
  });
});
