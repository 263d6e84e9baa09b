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

describe("a right randomization passes", () => {
  const data: readonly DataName[] = [
    "gray",
    "table",
    "black",
    "one gray",
    "one black image",
    "one pixel",
    "one example",
  ];

  test.each(
    data.flatMap((name) => (["shuffled", "random", "gaussian"] as const).map((inputs) => ({ name, inputs }))),
  )("$inputs pixels of $name", ({ name, inputs }) => {
    expect(failedBy({ name, request: { inputs, corrupt: 0 }, shownBy: "" }, small(name), SEED)).toEqual([]);
  });

  test.each(
    (["imbalanced", "100 classes", "one class", "few examples"] as const).flatMap((name) =>
      [0.02, 0.5, 1].flatMap((corrupt) =>
        (["redraw", "permute"] as const).map((labels) => ({ name, corrupt, labels })),
      ),
    ),
  )("labels of $name: $labels with probability $corrupt", ({ name, corrupt, labels }) => {
    const request = { inputs: "true", corrupt, labels } as const;
    expect(failedBy({ name, request, shownBy: "" }, small(name), SEED)).toEqual([]);
  });
});
