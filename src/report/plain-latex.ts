/**
 * @file Text for LaTeX: characters it would read as commands, and signs its fonts may not have.
 */

const SIGNS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  // At the start of a row they would be options of the line break before it.
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  '"': "''",
  "±": "$\\pm$",
  "×": "$\\times$",
  "−": "$-$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "°": "$^\\circ$",
  "–": "--",
  "—": "---",
  "…": "\\dots{}",
  "‘": "`",
  "’": "'",
  "“": "``",
  "”": "''",
};

const PATTERN = new RegExp(
  `[${Object.keys(SIGNS)
    .join("")
    .replaceAll(/[\\\]^-]/g, "\\$&")}]`,
  "gu",
);

/** Text that LaTeX shows as it is; it takes UTF-8, so letters of all languages stay. */
export const plainLatex = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replaceAll(PATTERN, (sign) => SIGNS[sign]!)
    .replaceAll(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/gu, (raised) => `$^{${lowered(raised)}}$`)
    // No line ends between a number and its percent sign.
    .replaceAll(/(\d) \\%/g, "$1\\,\\%");

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const lowered = (text: string): string =>
  text.replaceAll(/./gu, (sign) => (sign === "⁻" ? "-" : String(RAISED.indexOf(sign))));

/** A line that LaTeX does not read. */
export const latexComment = (text: string): string =>
  `% ${text.toWellFormed().replaceAll(/[\s\p{Cc}]+/gu, " ")}`;
