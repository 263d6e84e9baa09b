import { describe, expect, test } from "vitest";
import { findExperiment } from "../../src/paper/index.ts";
import { table1Rows } from "../../src/paper/paper.ts";
import { conditionAt } from "../../src/paper/scales.ts";
import { cellOf, claimOf, read, row, trialOf } from "./fixture.ts";

const table1 = findExperiment("table-1");
const setting = { scale: "paper" } as const;

/** Trials of every row, with the paper's accuracies moved by `shift`. */
const paperTrials = (shift = 0) =>
  Promise.all(
    table1Rows.map(({ model, crop, weightDecay, randomLabels, train, test: tested }) =>
      trialOf(conditionAt(setting, model, { crop, weightDecay, corrupt: randomLabels ? 1 : 0 }), [
        row(1, 1, 0.5, 0.1),
        row(40, 0.009, train, tested + shift),
      ]),
    ),
  );

const isPlainMlp = (labels: string) => (plain: Readonly<Record<string, unknown>>) =>
  plain["model"] === "mlp-1x512" && plain["labels"] === labels && plain["weightDecay"] === false;

describe("table-1", () => {
  test("has the paper's rows, with ours beside the paper's and the difference", async () => {
    const trials = await Promise.all(
      [0.5, 0.51, 0.52].map((tested, seed) =>
        trialOf(conditionAt(setting, "mlp-1x512"), [row(30, 0.01, 0.999, tested)], { seed }),
      ),
    );
    const document = read(table1, trials);
    expect(document.tables[0]!.rows).toHaveLength(19);
    const cell = cellOf(document, "table-1", isPlainMlp("true"), "test");
    // Student's t for two degrees of freedom: 4.3027 * 0.01 / sqrt(3).
    expect(cell).toEqual({
      value: expect.closeTo(0.51, 10),
      low: expect.closeTo(0.48516, 4),
      high: expect.closeTo(0.53484, 4),
      n: 3,
      paper: 0.5051,
      difference: expect.closeTo(0.0049, 10),
      note: null,
    });
    expect(cellOf(document, "table-1", isPlainMlp("random"), "test")).toMatchObject({
      value: null,
      n: 0,
      paper: 0.1061,
      note: "not measured",
    });
    expect(cellOf(document, "table-1", isPlainMlp("true"), "parameters")).toBe(1_209_866);
  });

  test("is the same document whichever trial came first", async () => {
    const trials = [
      ...(await paperTrials()),
      // The same training, measured as often, on part of the test set: one of the two counts.
      ...(await Promise.all(
        [0.3, 0.4].map(async (tested, at) => {
          const condition = conditionAt(setting, "mlp-1x512");
          const evaluate = { ...condition.recipe.evaluate, every: 7, test: 100 + at };
          const measured = { ...condition, recipe: { ...condition.recipe, evaluate } };
          return await trialOf(measured, [row(7, 0.01, 0.999, tested)], { seed: 5 });
        }),
      )),
      ...(await Promise.all(
        [6, 7, 8].map((seed) =>
          trialOf(conditionAt(setting, "alexnet"), [row(1, 1, 0.1, 0.1)], { seed, status: "failed" }),
        ),
      )),
    ];
    const [document, reversed] = [read(table1, trials), read(table1, trials.toReversed())];
    expect(reversed).toEqual(document);
    expect(document.trials.at(-1)!.result.status).toBe("failed");
  });

  test("shows the best test accuracy on the way, and what early stopping could have gained", async () => {
    const trial = await trialOf(
      conditionAt(setting, "mlp-1x512"),
      [row(1, 1, 0.6, 0.4), row(2, 0.5, 0.8, 0.53), row(3, 0.01, 1, 0.5)],
      { best: { epoch: 2, testAccuracy: 0.53 } },
    );
    const document = read(table1, [trial]);
    const of = (column: string) => cellOf(document, "table-1-early-stopping", isPlainMlp("true"), column);
    expect(of("final")).toMatchObject({ value: 0.5 });
    expect(of("best")).toMatchObject({ value: 0.53 });
    expect(of("bestEpoch")).toMatchObject({ value: 2 });
    expect(of("gain")).toMatchObject({ value: expect.closeTo(0.03, 10) });
  });

  test("finds the paper's claims in the paper's numbers", async () => {
    const document = read(table1, await paperTrials());
    expect(document.claims.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, "reproduced"],
      [2, "reproduced"],
      [8, "reproduced"],
      [9, "reproduced"],
      [12, "reproduced"],
    ]);
    expect(claimOf(document, 9).evidence).toBe(
      "inception gains +3.6 points by random crops and +0.3 points by weight decay; " +
        "alexnet gains +3.6 points by random crops and +1.3 points by weight decay; " +
        "without regularizers the models differ by up to +35.2 points, and regularizers gain up to +5.1 points. " +
        "Counts as reproduced if random crops gain more than weight decay for Inception and AlexNet, and the models " +
        "without regularizers differ by more than any regularizer gains.",
    );
  });

  test("finds them not reproduced in other numbers", async () => {
    const document = read(table1, await paperTrials(-0.06));
    expect(claimOf(document, 1).outcome).toBe("not reproduced");
    expect(claimOf(document, 8).outcome).toBe("not reproduced");
  });

  test("does not test a claim that is about models not measured yet, and says what it saw", async () => {
    const trial = await trialOf(conditionAt(setting, "mlp-3x512", { corrupt: 1 }), [row(40, 0.01, 1, 0.1)]);
    const claim = claimOf(read(table1, [trial]), 1);
    expect(claim.outcome).toBe("not tested");
    expect(claim.evidence).toMatch(
      "mlp-3x512 fits 100.0 % of random labels (paper 100.0 %) with 10.0 % test accuracy. Not measured: inception, inception-nobn, alexnet, mlp-1x512.",
    );
  });
});
