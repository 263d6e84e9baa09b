/**
 * @file What a test looked at, and what it did not: the leaks it would have seen, and those it would not, for whoever decides by it.
 */

import type { Verdict } from "./schema.ts";

/** Checks of a verdict; null where one was not made. */
type Checks = Pick<Verdict, "leak" | "copies" | "pipeline">;

interface LookedAt {
  readonly lookedAt: string[];
  readonly notLookedAt: string[];
}

/** Leaks that nothing in a test can see, whatever is asked; of classes an audit of the data looks for them. */
const UNSEEN = ["near copies of test examples in training", "inputs that know the answer"] as const;

/** Who looks for them. */
const AUDIT = " (`shatter data audit` looks for both)";

/**
 * Both lists; whatever could not be checked stands in the second.
 *
 * @param isGrouped - Whether groups were given, which no split divides.
 * @param tellsNumbers - Whether labels are numbers, of which there is no audit.
 */
export function lookAt(
  { leak, copies, pipeline }: Checks,
  isGrouped = false,
  tellsNumbers = false,
): LookedAt {
  const lookedAt: string[] = [];
  const unchecked: string[] = [];
  const list = (isChecked: boolean, what: string): void => void (isChecked ? lookedAt : unchecked).push(what);
  list(leak.suspected !== null, "true labels that reach the training on random ones");
  if (isGrouped) lookedAt.push("groups that stand in both splits");
  list(copies !== null, "test examples that stand in training, value for value");
  if (pipeline) {
    list(pipeline.suspected !== null, `test rows that ${pipeline.module.name} uses for training`);
  }
  const before = pipeline ? `${pipeline.module.name} was given the data` : "the data came here";
  const hint = pipeline ? "" : " (`--prepare`)";
  const together = isGrouped
    ? "examples in both splits that belong together in other ways than by their groups"
    : "examples of one group, person or day in both splits";
  const done = `what your own code did before ${before}: selection, scaling or filtering that used the test data${hint}`;
  return {
    lookedAt,
    notLookedAt: [UNSEEN[0], `${UNSEEN[1]}${tellsNumbers ? "" : AUDIT}`, together, done, ...unchecked],
  };
}

/** Both in a sentence each. */
export const tellLookedAt = ({
  lookedAt,
  notLookedAt,
}: Pick<Verdict, "lookedAt" | "notLookedAt">): string[] => [
  ...(lookedAt && lookedAt.length > 0
    ? [`Looked at, and would have been seen: ${lookedAt.join("; ")}.`]
    : []),
  ...(notLookedAt ? [`Not looked at: ${notLookedAt.join("; ")}.`] : []),
];
