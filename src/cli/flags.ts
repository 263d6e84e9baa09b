/**
 * @file Errors speak of fields in backticks, as a program that calls us passes them; who types a command passes options.
 */

/** Options that are not called as their field is. */
const NAMES: Readonly<Record<string, string>> = {
  names: "name",
  rate: "lr",
  sizes: "n",
  learningRateWarmup: "lr-warmup",
};

/** What a terminal obeys, but line ends and tabs, and what turns the direction of writing: names of files may hold it. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

const showControl = (control: string): string =>
  control === "\n" || control === "\t"
    ? control
    : `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text for who types commands: "use `lastBatch` drop" is "use --last-batch drop", and controls are seen, not obeyed. */
export const withFlags = (text: string): string =>
  text
    .replaceAll(CONTROLS, showControl)
    .replaceAll(
      /`([a-z][A-Za-z0-9]*)`/g,
      (_, field: string) =>
        `--${NAMES[field] ?? field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
