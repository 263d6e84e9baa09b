import { describe, expect, test } from "vitest";
import { studentQuantile } from "../../src/base/statistics.ts";
import { experimentFromFile } from "../../src/paper/file-experiment.ts";
import { parseExperimentFile } from "../../src/paper/file-parse.ts";
import { cellsOf, gridNotes } from "../../src/paper/grid.ts";
import { cellOf, read, row, trialOf } from "./fixture.ts";

const TEXT = `
data: shapes
model: mlp-1x512
corrupt: [0, 1]
seeds: 3
compare:
  - { recipe: { learningRate: 0.01 } }
  - { recipe: { learningRate: 0.1 } }
`;

const complaint = (text: string): string => {
  try {
    cellsOf(parseExperimentFile(text, "c.yaml"), "c.yaml");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a comparison", () => {
  test("is the grid of each side, in one order", () => {
    const cells = cellsOf(parseExperimentFile(TEXT, "c.yaml"), "c.yaml");
    expect(
      cells.map(({ side, condition: { corrupt, recipe } }) => [side, corrupt, recipe.learningRate]),
    ).toEqual([
      [0, 0, 0.01],
      [0, 1, 0.01],
      [1, 0, 0.1],
      [1, 1, 0.1],
    ]);
  });

  test("may be of models or data that neither side shares", () => {
    const sides = "compare: [{ model: mlp-1x512, data: shapes }, { model: linear, data: digits }]";
    expect(complaint(sides)).toBe("");
    const { notes } = read(experimentFromFile(sides, "c.yaml", "c").experiment, []);
    expect(notes.join("\n")).toMatch(
      /A and B differ in 2 things at once, model, data: a difference is of all of them/,
    );
    expect(complaint(sides.replace(", data: digits", ""))).toMatch('expected a field "data", got none');
  });

  test("says of every cell only what no side has its own of", () => {
    const { axes, compare } = parseExperimentFile(
      "data: digits\nmodel: linear\nn: 9\ncompare: [{ data: shapes, model: mlp-1x512 }, { data: mnist }]",
      "c.yaml",
    );
    expect(gridNotes(axes, compare)).toEqual([
      "In every cell: n 9.",
      "Where a side has none of its own: model linear.",
      "Everything else is the paper's recipe for the model.",
    ]);
  });

  test("refuses sides that are no two, not one value, or the same", () => {
    const common = "data: shapes\nmodel: linear\n";
    expect(complaint(`${common}compare: [{ n: 5 }]`)).toMatch(
      "c.yaml:3:10: compare: expected two sides, got 1",
    );
    expect(complaint(`${common}compare: [{ n: 5 }, { n: [5, 6] }]`)).toMatch(
      "expected one value a side, got 2",
    );
    expect(complaint(`${common}compare: [{ n: 5 }, { n: 5 }]`)).toMatch("twice the same training");
    expect(complaint(`${common}compare: [{ seeds: 5 }, { n: 5 }]`)).toMatch("unknown field");
  });

  test("says the mean difference of pairs with Student's interval, and nothing of seeds without a partner", async () => {
    const { experiment } = experimentFromFile(TEXT, "c.yaml", "c");
    const [a, , b] = cellsOf(parseExperimentFile(TEXT, "c.yaml"), "c.yaml");
    const accuracies = { a: [0.5, 0.6, 0.7, 0.9], b: [0.58, 0.69, 0.8] };
    const trials = await Promise.all([
      ...accuracies.a.map((test, seed) =>
        trialOf(a!.condition, [row(1, 1, 0.9, 0.4), row(2, 0.1, 1, test)], { seed }),
      ),
      ...accuracies.b.map((test, seed) => trialOf(b!.condition, [row(1, 0.1, 1, test)], { seed })),
    ]);
    const document = read(experiment, trials);
    // Differences 0.08, 0.09, 0.10: mean 0.09, standard error 0.01 / sqrt(3).
    const half = studentQuantile(0.975, 2) * (0.01 / Math.sqrt(3));
    expect(cellOf(document, "c", ({ corrupt }) => corrupt === 0, "testDifference")).toMatchObject({
      value: expect.closeTo(0.09, 12),
      low: expect.closeTo(0.09 - half, 12),
      high: expect.closeTo(0.09 + half, 12),
      n: 3,
    });
    expect(document.summary).toMatch(
      "On true labels: the test accuracy of B (learningRate 0.1) less that of A (learningRate 0.01) is +9.0 points; B is better",
    );
    const ofNumbers = read(
      experiment,
      trials.map((trial) => ({ ...trial, result: { ...trial.result!, told: "numbers" as const } })),
    );
    expect(ofNumbers.summary).toMatch("is +0.090; B is better");
    expect(document.summary).toMatch("On random labels: no pair of trainings has come to its end.");
    // After epoch 1 B has ended and keeps its accuracy, A has 0.4.
    const [course] = document.plots[0]!.series;
    expect(course!.points.map(({ y }) => y)).toEqual([expect.closeTo(0.29, 12), expect.closeTo(0.09, 12)]);
  });
});
