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

/** A text for who types commands: "use `lastBatch` drop" is "use --last-batch drop". */
export const withFlags = (text: string): string =>
  text.replaceAll(
    /`([a-z][A-Za-z0-9]*)`/g,
    (_, field: string) =>
      `--${NAMES[field] ?? field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
