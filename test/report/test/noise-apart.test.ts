import { expect, test } from "vitest";
import { noiseApart } from "../../../src/report/test/noise-apart.ts";
import { followed, testResult, trial } from "../fixture.ts";

test("shows changed labels as given and truly, and the others, and says when memorizing begins", () => {
  const trials = [trial(), followed(0.4, 0, { begins: 3 }), followed(0.4, 1, { begins: 5 })];
  const figure = noiseApart(testResult(trials))!;
  const first = trials[1]!.history[0]!.apart!;
  expect(
    figure.panels.map(({ title, curves }) => [title, curves.map(({ label, ours }) => [label, ours[0]!.y])]),
  ).toEqual([
    ["Changed, as given", [["40 % random labels", first.changedGiven]]],
    ["Changed, truly", [["40 % random labels", first.changedTrue]]],
    ["Not changed", [["40 % random labels", first.unchanged]]],
  ]);
  expect(figure.notes[0]).toMatch(
    /^40 % random labels: memorising is seen from epochs 3 to 5 on \(2 of 2 seeds\), when changed labels are answered as given more often than guessing explains; at best 50\.0 % of them are answered truly \(epoch 4\)\./,
  );
  expect(figure.panels.map(({ guides }) => guides[0]!.label)).toEqual(
    Array(3).fill("guessing a changed label, 11.1 %"),
  );
});

test.each([
  [{ begins: null }, "no memorising is seen"],
  [{ begins: null, bound: 1.1 }, "memorising cannot be told from mistakes"],
])("says so where nothing is seen", (memorising, words) => {
  expect(noiseApart(testResult([followed(0.4, 0, memorising)]))!.notes[0]).toContain(words);
});

test("is left out where no labels were partly corrupted, or they were not followed", () => {
  expect(noiseApart(testResult([trial(), trial({ nominal: 1 })]))).toBeNull();
  expect(noiseApart(testResult([trial({ nominal: 0.4 })]))).toBeNull();
});
