import { describe, expect, test } from "vitest";
import { type DataName, datasets } from "../../scripts/mutants/data.ts";
import { knownMutants, newMutants } from "../../scripts/mutants/index.ts";
import { failedBy } from "../../scripts/mutants/mutant.ts";
import type { Splits } from "../../src/data/dataset.ts";

const SEED = 3;

const made = new Map<DataName, Splits>();

/** Small images, so that all is tried in seconds; `npm run mutants` tries larger ones, and more seeds. */
function small(name: DataName): Splits {
  const splits = made.get(name) ?? datasets[name](8);
  made.set(name, splits);
  return splits;
}

describe("a wrong randomization is caught by the check that is for it", () => {
  test.each([...knownMutants, ...newMutants])("$name", (mutant) => {
    const failed = failedBy(mutant, small(mutant.data ?? "images"), SEED).map(({ check }) => check);
    expect(failed).toContainEqual(expect.stringMatching(`^${mutant.shownBy}`));
  });
});

describe("nothing is said of data that cannot show it", () => {
  const CONSTANT: readonly DataName[] = ["black", "one gray", "one black image", "one pixel", "one example"];

  test.each(
    CONSTANT.flatMap((data) =>
      (["shuffled", "random", "gaussian"] as const).map((inputs) => ({ data, inputs })),
    ),
  )("$inputs pixels of $data", ({ data, inputs }) => {
    const right = { name: data, request: { inputs, corrupt: 0 }, shownBy: "" };
    expect(failedBy(right, small(data), SEED)).toEqual([]);
  });
});
