/**
 * @file Text for the terminal: styles, and lines no wider than it.
 */

/** How a table is shown on a terminal. */
export interface TerminalOptions {
  /** Whether to write colors; without them no escape character is written. */
  readonly color: boolean;
  /** Columns of the terminal; 100 if not given. */
  readonly width?: number;
}

/** Text in a style of the terminal, where it wants colors; blank text is left alone. */
export type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** How to write styled text. */
export const painter =
  (color: boolean): Paint =>
  (style, text) =>
    color && text.trim() !== "" ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;

/** Break a text into lines that fit a width, where a word is not longer; a number stays with its percent sign. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?!%)/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Prose is not wider than this. */
const PROSE = 100;

/** Writes prose in lines, each after its indent. */
export type Tell = (text: string, first?: string, rest?: string) => string;

/** Prose for a terminal of so many columns; words are not broken. */
export const teller =
  (width: number): Tell =>
  (text, first = "  ", rest = first) => {
    // The first line begins where the others do, so that both fit.
    const room = Math.max(20, Math.min(PROSE, width) - Math.max(first.length, rest.length));
    return wrapWords(printable(text), room)
      .map((line, index) => (index === 0 ? first : rest) + line)
      .join("\n");
  };

/** Text without characters that steer a terminal. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ");
