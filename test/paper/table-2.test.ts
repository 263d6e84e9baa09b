import { expect, test } from "vitest";
import { findExperiment } from "../../src/paper/index.ts";
import { table2Rows } from "../../src/paper/paper.ts";
import { imagenetCondition } from "../../src/paper/table-2.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { cellOf, claimOf, read, row, trialOf } from "./fixture.ts";

const setting = { scale: "paper" } as const;
const table2 = findExperiment("table-2");
const figure2a = findExperiment("figure-2a");

/** Trials with the paper's numbers, of every row. */
const paperTrials = (worse = 0) =>
  Promise.all(
    table2Rows.map((line) =>
      trialOf(
        imagenetCondition(setting, line),
        [row(1, 5, 0.3, line.best?.[0] ?? 0.001), row(2, 0.1, line.train[0] - worse, line.test[0])],
        { topFive: { train: line.train[1], test: line.test[1] } },
      ),
    ),
  );

const isRow =
  (labels: string, dropout: boolean, weightDecay: boolean) => (plain: Readonly<Record<string, unknown>>) =>
    plain["labels"] === labels &&
    plain["augmentation"] === false &&
    plain["dropout"] === dropout &&
    plain["weightDecay"] === weightDecay;

test("table 2 trains its seven rows by the package's recipe", () => {
  const conditions = table2.conditions(setting, "inception-v3");
  const distorted = { crop: false, flip: true, rotation: 0, box: true, color: true };
  expect(
    conditions.map(({ corrupt, recipe }) => [corrupt, recipe.augment, recipe.dropout, recipe.weightDecay]),
  ).toEqual([
    [0, distorted, 0.2, 0.00004],
    [0, distorted, 0, 0],
    [0, paperRecipe.augment, 0, 0.00004],
    [0, paperRecipe.augment, 0, 0],
    [1, paperRecipe.augment, 0.2, 0.00004],
    [1, paperRecipe.augment, 0, 0.00004],
    [1, paperRecipe.augment, 0, 0],
  ]);
  expect(conditions[0]!.recipe).toMatchObject({
    optimizer: "rmsprop",
    batch: 32,
    learningRateDecayEvery: 80_072,
    labelSmoothing: 0.1,
    initialization: "truncated-normal",
  });
  expect(figure2a.conditions(setting, "inception-v3")).toHaveLength(3);
  // The figure's curves are rows of the table.
  const ids = conditions.map((condition) => JSON.stringify(condition));
  for (const condition of figure2a.conditions(setting, "inception-v3"))
    expect(ids).toContain(JSON.stringify(condition));
});

test("table 2 has both accuracies beside the paper's, and finds its claims in its numbers", async () => {
  const document = read(table2, await paperTrials());
  const of = (column: string) => cellOf(document, "table-2", isRow("true", false, false), column);
  expect(of("testFive")).toMatchObject({ value: 0.8038, paper: 0.8038 });
  expect(of("best")).toMatchObject({ value: 0.6316, paper: 0.6316 });
  expect(document.claims.map(({ number, outcome }) => [number, outcome])).toEqual([
    [7, "reproduced"],
    [8, "reproduced"],
  ]);
  expect(claimOf(read(table2, await paperTrials(0.03)), 7).outcome).toBe("not reproduced");
});

test("figure 2a shades what early stopping could have had", async () => {
  const document = read(figure2a, await paperTrials());
  const tested = document.plots[0]!.series.find(
    ({ title }) => title === "test, true labels, no regularizer",
  )!;
  expect(tested.points.map(({ y, low, high }) => [y, low, high])).toEqual([
    [0.6316, 0.6316, 0.6316],
    [0.598, 0.598, 0.6316],
  ]);
  expect(claimOf(document, 12).outcome).toBe("reproduced");
});
