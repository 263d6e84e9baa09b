import { expect, test } from "vitest";
import { noiseApart } from "../../src/report/noise-apart.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { testResult, trial } from "./fixture.ts";

const apart = { changedGiven: 0.3, changedTrue: 0.5, unchanged: 0.9 };
const followed = (seed: number, memorising: TrialResult["memorising"]): TrialResult => {
  const whole = trial({ nominal: 0.4, seed });
  return { ...whole, memorising, history: whole.history.map((row) => ({ ...row, apart })) };
};
const begun = (begins: number | null, bound = 0.2) => ({
  ...{ guessing: 1 / 9, bound, begins },
  bestTrue: { epoch: 4, accuracy: 0.5 },
});

test("shows changed labels as given and truly, and the others, and says when memorising begins", () => {
  const figure = noiseApart(testResult([trial(), followed(0, begun(3)), followed(1, begun(5))]))!;
  expect(
    figure.panels.map(({ title, lines }) => [title, lines.map(({ points }) => points[0]!.mean)]),
  ).toEqual([
    ["Changed, as given", [0.3]],
    ["Changed, truly", [0.5]],
    ["Not changed", [0.9]],
  ]);
  expect(figure.notes[0]).toBe(
    "40 % random labels: memorising is seen from epochs 3 to 5 on (2 of 2 seeds), when changed labels are answered as given more often than guessing explains; at best 50.0 % of them are answered truly (epoch 4).",
  );
  expect(figure.reference.label).toBe("guessing a changed label, 11.1 %");
});

test.each([
  [begun(null), "no memorising is seen"],
  [begun(null, 1.1), "memorising cannot be told from mistakes"],
])("says so where nothing is seen", (memorising, words) => {
  expect(noiseApart(testResult([followed(0, memorising)]))!.notes[0]).toContain(words);
});

test("is left out where no labels were partly corrupted, or they were not followed", () => {
  expect(noiseApart(testResult([trial(), trial({ nominal: 1 })]))).toBeNull();
  expect(noiseApart(testResult([trial({ nominal: 0.4 })]))).toBeNull();
});
