/**
 * @file Tables as texts in LaTeX, with the rules of the package booktabs.
 */

import { latexComment, plainLatex } from "../plain-latex.ts";
import { type Grid, type GridCell, type GridGroup, widthOf } from "./grid.ts";

/**
 * Write a table as a float, with its caption, a label and its notes.
 *
 * @param origin - What made it, for a comment.
 */
export function latexGrid(grid: Grid, origin: string): string {
  const { name, title, caption, groups, rows, notes, footnotes } = grid;
  const letters = groups.map((group) => (group.align === "left" ? "l" : "r").repeat(widthOf(group)));
  const row = (cells: readonly string[]): string => `    ${cells.join(" & ")} \\\\`;
  const remarks = [
    ...notes.map(plainLatex),
    ...footnotes.map(({ mark, text }) => `${superscript(mark)}~${plainLatex(text)}.`),
  ];
  return [
    latexComment(`Made by ${origin}. Needs \\usepackage{booktabs,graphicx}.`),
    "\\begin{table}",
    "  \\centering\\small\\setlength{\\tabcolsep}{4pt}",
    `  \\caption{${plainLatex(`${title}${/[.!?]$/.test(title) ? "" : "."} ${caption}`)}}`,
    `  \\medskip\\label{tab:${name.replaceAll(/[^A-Za-z0-9.:-]/g, "-")}}`,
    // A table wider than the text is made smaller, others are left as they are.
    "  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%",
    `  \\begin{tabular}{${letters.join("")}}`,
    "    \\toprule",
    ...headOf(groups, row),
    "    \\midrule",
    ...rows.map((cells) => row(cells.map(cellText))),
    "    \\bottomrule",
    "  \\end{tabular}}",
    ...(remarks.length > 0 ? [`\n  \\smallskip\\footnotesize ${remarks.join(" ")}`] : []),
    "\\end{table}",
    "",
  ].join("\n");
}

/** One row of titles, or two where columns stand under a common title. */
function headOf(groups: readonly GridGroup[], row: (cells: readonly string[]) => string): string[] {
  if (groups.every(({ parts }) => parts.length === 0))
    return [row(groups.map(({ title }) => plainLatex(title)))];
  const above = groups.map((group) =>
    group.parts.length === 0 ? "" : `\\multicolumn{${widthOf(group)}}{c}{${plainLatex(group.title)}}`,
  );
  let column = 1;
  const rules = groups.flatMap((group) => {
    const first = column;
    column += widthOf(group);
    return group.parts.length === 0 ? [] : [`\\cmidrule(lr){${first}-${column - 1}}`];
  });
  const below = groups.flatMap((group) =>
    (group.parts.length === 0 ? [group.title] : group.parts).map(plainLatex),
  );
  return [row(above), `    ${rules.join(" ")}`, row(below)];
}

const cellText = ({ text, mark }: GridCell): string =>
  plainLatex(text) + (mark === "" ? "" : superscript(mark));

const superscript = (mark: string): string => `\\textsuperscript{${mark}}`;
