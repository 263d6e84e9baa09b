import { describe, expect, test } from "vitest";
import { compareTrials, isEqual } from "../../src/run/trial-difference.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { followed, trial } from "../report/fixture.ts";

const again = followed(0.5, 0);
/** The trial as its document has it, changed. */
function recorded(change: (document: Record<string, unknown> & { history: object[] }) => void) {
  const document = JSON.parse(JSON.stringify(again));
  change(document);
  return compareTrials(document, again);
}
const EQUAL = {
  data: true,
  outcome: true,
  history: true,
  parameters: true,
  fields: [],
  accuracy: 0,
  loss: 0,
};

describe("two trials", () => {
  test("are equal where nothing differs but the time", () => {
    const difference = compareTrials({ ...again, seconds: 1 }, again);
    expect(difference).toEqual(EQUAL);
    expect(isEqual(difference)).toBe(true);
  });

  test.each<[string, (document: TrialResult & Record<string, unknown>) => void, object]>([
    [
      "an accuracy",
      (document) => Object.assign(document, { testAccuracy: again.testAccuracy! - 0.25 }),
      { outcome: false, fields: ["testAccuracy"], accuracy: expect.closeTo(0.25) },
    ],
    [
      "a loss that is no number any more",
      (document) => Object.assign(document, { trainLoss: null }),
      { outcome: false, fields: ["trainLoss"] },
    ],
    [
      "the status",
      (document) => Object.assign(document, { status: "diverged" }),
      { outcome: false, fields: ["status"] },
    ],
    [
      "one count of the confusion",
      (document) => document.confusion![3]!.splice(2, 1, 1),
      { outcome: false, fields: ["confusion"] },
    ],
    [
      "the labels that were changed",
      (document) => Object.assign(document.labels, { realised: 0.5 }),
      { outcome: false, fields: ["labels"] },
    ],
    [
      "a loss on the way",
      (document) => Object.assign(document.history[4]!, { trainLoss: again.history[4]!.trainLoss! + 0.5 }),
      { history: false, loss: expect.closeTo(0.5) },
    ],
    [
      "an accuracy of the changed labels",
      (document) => Object.assign(document.history[4]!.apart!, { changedGiven: 0 }),
      { history: false, accuracy: again.history[4]!.apart!.changedGiven },
    ],
    ["the number of epochs", (document) => void document.history.pop(), { history: false }],
    ["the data", (document) => Object.assign(document, { dataHash: "00" }), { data: false }],
    [
      "the parameters",
      (document) => Object.assign(document, { parametersHash: "00" }),
      { parameters: false },
    ],
  ])("differ in %s", (_, change, expected) => {
    const difference = recorded(change as never);
    expect(difference).toEqual({ ...EQUAL, ...expected });
    expect(isEqual(difference)).toBe(false);
  });

  test("are equal in what an older document does not say", () => {
    const difference = recorded((document) => {
      for (const field of ["best", "memorising", "touched", "parametersHash", "dataHash"])
        delete document[field];
      for (const row of document.history)
        for (const field of ["fitLoss", "apart"]) delete row[field as never];
    });
    expect(difference).toEqual({ ...EQUAL, data: null, parameters: null });
    expect(isEqual(difference)).toBe(true);
  });

  test("differ in what the document says and the trial does not", () => {
    const plain = trial({ nominal: 0.5 });
    expect(compareTrials(again, plain)).toMatchObject({
      outcome: false,
      fields: ["memorising"],
      history: false,
    });
  });
});
