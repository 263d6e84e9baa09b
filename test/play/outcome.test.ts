/**
 * @file What is said of a race, its presets, and its card.
 */

import { describe, expect, test } from "vitest";
import { wrap } from "../../src/play/card.ts";
import { lastFitted } from "../../src/play/details.tsx";
import { tellFailure } from "../../src/play/failure.ts";
import { tellOutcome, tellPrediction } from "../../src/play/outcome.ts";
import { PRESETS, presetOf, presetState, TOUR } from "../../src/play/presets.ts";
import { DEFAULTS, readHash, writeHash } from "../../src/play/state.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import type { Verdict } from "../../src/verdict/schema.ts";

/** What matters of a result. */
const result = (changed: Partial<TrialResult>): TrialResult =>
  ({ status: "done", epochs: 200, epochsToFit: null, testAccuracy: 0.1, ...changed }) as TrialResult;

const left = result({ epochs: 7, epochsToFit: 7, testAccuracy: 0.943 });
const verdict = (capacity: string, learning: string): Verdict =>
  ({ capacity: { answer: capacity }, learning: { answer: learning } }) as Verdict;

describe("the outcome", () => {
  test.each([
    [
      "memorises",
      "learns",
      "This network can memorize labels that are pure chance, and yet it learns from true ones.",
    ],
    ["memorises", "inconclusive", "This network can memorize labels that are pure chance."],
    ["does-not-fit", "learns", "This network did not fit random labels with this recipe."],
    ["inconclusive", "learns", "Random labels: not fitted within 200 epochs."],
  ])("says what the verdict says, and no more: %s, %s", (capacity, learning, headline) => {
    expect(tellOutcome(DEFAULTS, left, result({}), verdict(capacity, learning)).headline).toBe(headline);
  });

  test("is of what was run where no verdict applies", () => {
    const right = result({ epochs: 96, epochsToFit: 96, testAccuracy: 0.62 });
    const partly = tellOutcome({ ...DEFAULTS, p: 40 }, left, right, verdict("inconclusive", "learns"));
    expect(partly.headline).toBe("40 % random labels: fitted, with a test accuracy of 62.0 % beside 94.3 %.");
    expect(partly.sentences[0]).toBe("It took 14 times as many epochs as true labels.");
    const lost = result({ status: "diverged" });
    expect(tellOutcome(DEFAULTS, lost, lost).headline).toContain("says nothing");
  });

  test("tells a prediction what became of it", () => {
    const fitted = result({ epochsToFit: 120, testAccuracy: 0.07 });
    expect(tellPrediction({ fits: false, test: 50 }, fitted)).toBe(
      "You said it would not fit: it did. You expected 50 % in the test; it came to 7.0 %, 43 points off.",
    );
    expect(tellPrediction({ fits: true, test: 10 }, fitted)).toContain("right. You expected 10 %");
    expect(tellPrediction({ fits: true, test: 10 }, result({}))).toContain("it did not");
  });
});

test("presets and the tour can be in an address, and are found by what is set", () => {
  for (const preset of [...PRESETS.claims, ...PRESETS.failures, ...TOUR]) {
    const state = presetState(preset, DEFAULTS);
    expect(readHash(writeHash("race", state))).toEqual({ page: "race", state, complaints: [] });
  }
  for (const preset of [...PRESETS.claims, ...PRESETS.failures]) {
    expect(presetOf(presetState(preset, DEFAULTS))).toBe(preset);
  }
  expect(TOUR).toHaveLength(6);
});

test("images are in the order in which they were fitted, the last ones first", () => {
  expect(lastFitted(Int32Array.of(3, 0, 9, 3, 4), 3)).toEqual([2, 4, 0]);
});

test("lines of a card break between words", () => {
  expect(wrap("a network can memorize", 10)).toEqual(["a network", "can", "memorize"]);
});

test.each([
  ["table index is out of bounds", /^this browser gives the page no more memory/],
  ["failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc", /no more memory/],
  [
    "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: Failed to download data from buffer. wgpu::MapAsyncStatus value: 4, message: Failed to execute 'mapAsync' on 'GPUBuffer': A valid external Instance reference no longer exists.",
    /^the graphics card was lost/,
  ],
  ["own: expected two classes, got one", /^own: expected two classes, got one$/],
])("%s is told for people", (reason, told) => {
  expect(tellFailure(reason)).toMatch(told);
});
