/**
 * @file What a test looked at, and what it did not: the leaks it would have seen, and those it would not, for whoever decides by it.
 */

import type { VerdictContext } from "./context.ts";
import type { Verdict } from "./schema.ts";

/** Checks of a verdict; null or absent where one was not made. */
type Checks = Pick<Verdict, "leak" | "copies" | "pipeline" | "nearTwins">;

interface LookedAt {
  readonly lookedAt: string[];
  readonly notLookedAt: string[];
}

const NEAR = "near copies of test examples in training";

/** What nothing in a test can see; of classes an audit of the data looks for it. */
const UNSEEN = "inputs that know the answer";

/** Both lists; whatever could not be checked stands in the second. */
export function lookAt(
  { leak, copies, pipeline, nearTwins }: Checks,
  { groups, tellsNumbers = false, near }: Pick<VerdictContext, "groups" | "tellsNumbers" | "near">,
): LookedAt {
  const isGrouped = groups !== undefined;
  const lookedAt: string[] = [];
  const unchecked: string[] = [];
  const list = (isChecked: boolean, what: string): void => void (isChecked ? lookedAt : unchecked).push(what);
  list(leak.suspected !== null, "true labels that reach the training on random ones");
  if (isGrouped) lookedAt.push("groups that stand in both splits");
  list(copies !== null, "test examples that stand in training, value for value");
  const crowded = near && "crowded" in near ? (near.crowded ?? 0) : 0;
  if (nearTwins && crowded < nearTwins.looked) {
    const { looked, of } = nearTwins;
    const some = looked < of ? `, for ${looked.toLocaleString("en-US")} test examples` : "";
    lookedAt.push(`${NEAR}${some}`);
  }
  if (pipeline) {
    list(pipeline.suspected !== null, `test rows that ${pipeline.module.name} uses for training`);
  }
  const before = pipeline ? `${pipeline.module.name} was given the data` : "the data came here";
  const hint = pipeline ? "" : " (`--prepare`)";
  const together = isGrouped
    ? "examples in both splits that belong together in other ways than by their groups"
    : "examples of one group, person or day in both splits";
  const done = `what your own code did before ${before}: selection, scaling or filtering that used the test data${hint}`;
  const audited = near ? " (`shatter data audit` looks for them)" : " (`shatter data audit` looks for both)";
  const unseen = `${UNSEEN}${tellsNumbers ? "" : audited}`;
  const nearUnseen =
    near && "lacks" in near
      ? [`${NEAR} (${near.lacks})`]
      : nearTwins
        ? tellCrowded(crowded, nearTwins.looked, isGrouped)
        : [NEAR];
  return { lookedAt, notLookedAt: [...nearUnseen, unseen, together, done, ...unchecked] };
}

/** Test images among whose neighbors no twin can be told. */
function tellCrowded(crowded: number, looked: number, isGrouped: boolean): string[] {
  if (crowded === 0) return [];
  const those = `${crowded.toLocaleString("en-US")} of ${looked.toLocaleString("en-US")}`;
  const hint = isGrouped ? "" : ": if they are shots of one thing, say by `--group` which belong together";
  return [`near copies of test images that are as like several others as twins are (${those}${hint})`];
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
