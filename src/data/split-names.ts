/**
 * @file What people call the parts of data: in names of folders, arrays and files.
 */

const SPLITS: Readonly<Record<string, NamedSplit>> = {
  train: "train",
  training: "train",
  test: "test",
  testing: "test",
  val: "validation",
  valid: "validation",
  validation: "validation",
};

/** A part that a name speaks of. */
export type NamedSplit = "train" | "test" | "validation";

/** The part that a word names, capitals or not; undefined if it names none. */
export const splitNamed = (word: string): NamedSplit | undefined =>
  Object.hasOwn(SPLITS, word.toLowerCase()) ? SPLITS[word.toLowerCase()] : undefined;
