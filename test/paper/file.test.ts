import { describe, expect, test } from "vitest";
import { experimentFromFile } from "../../src/paper/file-experiment.ts";
import { parseExperimentFile } from "../../src/paper/file-parse.ts";
import { cellsOf } from "../../src/paper/grid.ts";
import { cellOf, read, row, trialOf } from "./fixture.ts";

/** The lines of a refusal. */
function complaints(text: string): string[] {
  try {
    cellsOf(parseExperimentFile(text, "my.yaml"), "my.yaml");
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

const cellsIn = (text: string) => cellsOf(parseExperimentFile(text, "my.yaml"), "my.yaml");

const MODEL = "data: shapes\nmodel: mlp-1x512\n";

describe("an experiment file", () => {
  test("is a grid: every combination, the first list varying slowest", () => {
    const cells = cellsIn(`
data: cifar10
n: 5000
model: [mlp-1x512, mlp-3x512]
corrupt: [0, 0.5, 1]
recipe: { weightDecay: 0.001, epochs: 30, augment: { crop: [false, true] } }
`);
    expect(cells).toHaveLength(12);
    expect(cells[1]!.coordinates).toEqual([
      { axis: "model", value: "mlp-1x512" },
      { axis: "corrupt", value: 0 },
      { axis: "recipe.augment.crop", value: true },
    ]);
    expect(cells[11]!.condition).toMatchObject({
      data: { name: "cifar10", n: 5000 },
      model: "mlp-3x512",
      inputs: "true",
      corrupt: 1,
      recipe: { weightDecay: 0.001, epochs: 30, learningRate: 0.01, augment: { crop: true, flip: false } },
    });
  });

  test("redraws labels or permutes them", () => {
    const cells = cellsIn(`${MODEL}corrupt: 0.5\nlabels: [redraw, permute]\n`);
    expect(cells.map(({ condition }) => condition.labels)).toEqual([undefined, "permute"]);
    expect(complaints(`${MODEL}corrupt: 0\nlabels: [redraw, permute]\n`)[0]).toMatch(
      "twice the same training",
    );
  });

  test("schedules, clips, smooths and descends in full batches, or does not", () => {
    const recipes = cellsIn(
      `${MODEL}recipe: {batch: [all, 32], learningRateDecay: [cosine, 0.9], clipNorm: [0, 1], learningRateWarmup: 5}\n`,
    ).map(({ condition }) => condition.recipe);
    expect(recipes).toHaveLength(8);
    expect(recipes[0]).toMatchObject({ batch: "all", learningRateDecay: "cosine", learningRateWarmup: 5 });
    expect(recipes[7]).toMatchObject({ batch: 32, learningRateDecay: 0.9, clipNorm: 1 });
    // None is what was trained before there was a choice, and has its id.
    expect(recipes[0]).not.toHaveProperty("clipNorm");
    const none = "clipNorm: 0, labelSmoothing: 0, learningRateFloor: 0, learningRateWarmup: 0";
    expect(cellsIn(`${MODEL}recipe: {${none}}\n`)[0]!.condition).toEqual(cellsIn(MODEL)[0]!.condition);
    expect(complaints(`${MODEL}recipe: {learningRateDecay: [cosin]}\n`)).toEqual([
      'my.yaml:3:30: recipe.learningRateDecay: expected "cosine" or a number above 0 and of at most 1, got "cosin"',
    ]);
  });

  test("takes models of any size", () => {
    const cells = cellsIn("data: digits\nmodel: [mlp-2x64, cnn-2x16]\n");
    expect(cells.map(({ condition }) => condition.model)).toEqual(["mlp-2x64", "cnn-2x16"]);
    expect(complaints("data: digits\nmodel: mlp-0x64\n")[0]).toMatch("model: expected one of");
  });

  test("turns batch normalization on and off where a model has it", () => {
    const cells = cellsIn("data: cifar10\nmodel: inception\nbatchNorm: [true, false]\n");
    expect(cells.map(({ condition }) => condition.model)).toEqual(["inception", "inception-nobn"]);
    expect(cells.map(({ condition }) => condition.recipe.learningRate)).toEqual([0.1, 0.01]);
    expect(complaints("data: cifar10\nmodel: [inception, alexnet]\nbatchNorm: true\n")[0]).toMatch(
      'my.yaml: model alexnet: batchNorm: expected a model that comes with batch normalization and without, got "alexnet"',
    );
    expect(complaints("data: cifar10\nmodel: [inception, inception-nobn]\nbatchNorm: false\n")).toEqual([
      "my.yaml: expected cells that differ, got twice the same training: model inception; and: model inception-nobn. Remove one",
    ]);
  });

  test("has the paper's recipe where it says nothing", () => {
    expect(cellsIn(MODEL)).toMatchObject([
      { coordinates: [], condition: { corrupt: 0, recipe: { epochs: 64, momentum: 0.9, batch: 128 } } },
    ]);
  });

  test("may be JSON, with tabs and a schema", () => {
    const text =
      '{\n\t"$schema": "../schema/experiment-file@1.json",\n\t"data": "shapes",\n\t"model": "linear"\n}';
    expect(parseExperimentFile(text, "my.json").axes).toHaveLength(2);
  });

  test.each([
    ["an unknown field", "modell: linear\n", 'my.yaml:3:1: modell: unknown field; did you mean "model"?'],
    [
      "a field of the recipe in the wrong place",
      "weightDecay: 1\n",
      'my.yaml:3:1: weightDecay: unknown field; did you mean "recipe.weightDecay"?',
    ],
    [
      "an unknown field inside a group",
      "recipe:\n  augment: { crops: true }\n",
      'my.yaml:4:14: recipe.augment.crops: unknown field; did you mean "crop"?',
    ],
    [
      "an empty list",
      "corrupt: []\n",
      "my.yaml:3:10: corrupt: expected at least one value, got an empty list: the grid would have no cell",
    ],
    ["zero epochs", "recipe: {epochs: 0}\n", "my.yaml:3:18: recipe.epochs: expected number to be >=1, got 0"],
    [
      "zero epochs in a list",
      "recipe:\n  epochs: [1, 2, 0]\n",
      "my.yaml:4:18: recipe.epochs: expected number to be >=1, got 0",
    ],
    [
      "a name that is none",
      "recipe: {optimizer: adamm}\n",
      'my.yaml:3:21: recipe.optimizer: expected one of "sgd"|"adam"|"adamw"|"rmsprop", got "adamm"; did you mean "adam"?',
    ],
    [
      "a value of two kinds that is neither",
      "recipe: {learningRateDecayEvery: often}\n",
      'my.yaml:3:34: recipe.learningRateDecayEvery: expected "epoch" or a whole number of steps, got "often"',
    ],
    ["a list of seeds", "seeds: [1, 2]\n", "my.yaml:3:8: seeds: expected number, got [1, 2]"],
    ["a group that is none", "recipe: 3\n", 'my.yaml:3:9: recipe: expected fields such as "fit", got 3'],
    [
      "batch normalization off for an MLP",
      "batchNorm: false\n",
      'my.yaml: the only cell: batchNorm: expected a model that comes with batch normalization and without, got "mlp-1x512", which has none to switch: leave batchNorm out, or choose another model',
    ],
    [
      "a cell twice",
      "corrupt: [0.5, 1, 0.5]\n",
      "my.yaml: expected cells that differ, got twice the same training: corrupt 0.5; and: corrupt 0.5. Remove one",
    ],
    [
      "too many cells",
      `corrupt: [${Array.from({ length: 101 }, (_, index) => index / 200)}]\nn: [${Array.from({ length: 100 }, (_, index) => index + 1)}]\n`,
      "my.yaml: expected at most 10000 cells, got 10100: the product of its lists",
    ],
  ])("is refused with %s", (_, text, complaint) => {
    expect(complaints(MODEL + text)).toEqual([complaint]);
  });

  test("is told everything that is wrong with it, in its order", () => {
    expect(complaints("model: lineaer\nn: 0\n")).toEqual([
      'my.yaml:1:1: expected a field "data", got none',
      expect.stringMatching(/^my.yaml:1:8: model: expected one of .*; did you mean "linear"\?$/),
      "my.yaml:2:4: n: expected number to be >=1, got 0",
    ]);
  });

  test.each([
    ["nothing", "", 'my.yaml:1:1: expected a field "data", got none'],
    ["a list", "- a\n- b\n", 'my.yaml:1:1: expected fields such as "recipe", got - a - b'],
    ["half a list", "data: shapes\ncorrupt: [0, 1\n", /^my.yaml:3:1: Flow sequence in block collection/],
    ["a field twice", `${MODEL}model: linear\n`, "my.yaml:3:1: model: expected once, got it again"],
  ])("is refused if it is %s", (_, text, complaint) => {
    expect(complaints(text)[0]).toMatch(complaint);
  });

  test.each([
    ["a name that every object has", "constructor: 1\n", "3:1: constructor: unknown field (known: "],
    ["another", "__proto__: {a: 1}\n", "3:1: __proto__: unknown field (known: "],
    ["another", "toString: x\n", "3:1: toString: unknown field (known: "],
    [
      "another, twice",
      "hasOwnProperty: x\nhasOwnProperty: x\n",
      "3:1: hasOwnProperty: unknown field (known: ",
    ],
    [
      "one in a group",
      "recipe: {constructor: 1}\n",
      "3:10: recipe.constructor: unknown field (known in recipe: ",
    ],
    ["an unknown alias", "n: *c\n", '3:4: n: expected an anchor "&c" before this alias, got none'],
    [
      "an unknown alias in a list",
      "n: [1, *c]\n",
      '3:8: n: expected an anchor "&c" before this alias, got none',
    ],
    [
      "an alias before its anchor",
      "n: *c\ntestN: &c 3\n",
      '3:4: n: expected an anchor "&c" before this alias',
    ],
    ["a merge", "<<: 3\n", "3:1: <<: expected fields, got a merge of YAML 1.1: write the fields out"],
    [
      "a group that holds itself",
      "recipe: &r {fit: *r}\n",
      "3:13: recipe.fit.fit: unknown field (known in recipe.fit: ",
    ],
    ["a list that holds itself", "n: &n [1, *n]\n", "3:7: n: expected number, got [1, *n]"],
    ["a key that is a list", "[a]: 1\n", "3:1: [a]: unknown field (known: "],
    ["a list where a value belongs", "n: [[1]]\n", "3:5: n: expected number, got [1]"],
    [
      "more epochs than are counted",
      "recipe: {epochs: 3000000000}\n",
      "3:18: recipe.epochs: expected number to be <=2147483647, got 3000000000",
    ],
    [
      "a larger batch",
      "recipe: {batch: 1099511627776}\n",
      "3:17: recipe.batch: expected number to be <=2147483647, got 1099511627776",
    ],
    [
      "a number that single precision has not",
      "recipe: {weightDecay: 1e300}\n",
      "3:23: recipe.weightDecay: expected number to be <=3.4028234663852886e+38, got 1e+300",
    ],
    [
      "an infinite number",
      "recipe: {learningRate: .inf}\n",
      "3:24: recipe.learningRate: expected number, got Infinity",
    ],
    [
      "a title that no database keeps",
      'title: "a\\0b"\n',
      '3:8: title: expected text without the character of code 0 and without half characters, got "a\\u0000b"',
    ],
    ["half a character", 'title: "\\ud800"\n', "3:8: title: expected text without the character of code 0"],
    [
      "the bytes of a file in UTF-16",
      "title: a\0b\0\n",
      "3:9: expected text, got the character of code 0 (UTF-16? save the file as UTF-8)",
    ],
    [
      "ten thousand lists in each other",
      `title: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`,
      "expected fields and lists of values, got a nesting too deep to be read",
    ],
    [
      "billions of values by ten aliases",
      "a: &a [x,x]\nb: &b [*a,*a]\nn: [*b,*b]\n",
      "3:1: a: unknown field (known: ",
    ],
  ])("is refused with %s, and says where", (_, text, complaint) => {
    expect(complaints(MODEL + text)[0]).toContain(complaint);
    expect(complaints(`%YAML 1.1\n---\n${MODEL}${text}`)[0]).toContain(complaint.replace(/^\d+:\d+/, ""));
  });

  test("of sixty thousand unknown fields is read in no time, and told the first of them", () => {
    const text = MODEL + Array.from({ length: 60_000 }, (_, index) => `field${index}: 1`).join("\n");
    // Each compared with each, they took a minute.
    const said = complaints(text);
    expect(said).toHaveLength(21);
    expect([said[0], said[20]]).toEqual([
      expect.stringMatching(/^my.yaml:3:1: field0: /),
      "my.yaml: and more",
    ]);
  }, 10_000);

  test("may begin with a byte-order mark", () => {
    expect(parseExperimentFile(`\ufeff${MODEL}`, "my.yaml").axes).toHaveLength(2);
  });

  test("finds fields behind an alias", () => {
    expect(complaints(`${MODEL}corrupt: &many [0, 2]\nrecipe: {dropout: *many}\n`)[0]).toBe(
      "my.yaml:3:20: corrupt: expected number to be <=1, got 2",
    );
  });
});

describe("the result of an experiment file", () => {
  const text = `${MODEL}title: My sweep\nseeds: 2\ncorrupt: [0, 1]\nrecipe: {weightDecay: [0, 0.1]}\n`;
  const { experiment, seeds } = experimentFromFile(text, "my.yaml", "my");
  const cells = cellsIn(text);

  test("has one row a cell, plots over each numeric axis, and no claim", async () => {
    expect([experiment.name, experiment.title, seeds]).toEqual(["my", "My sweep", 2]);
    const trials = await Promise.all(
      cells.map(({ condition }, index) => trialOf(condition, [row(5, 0.1, 0.9, index / 10)])),
    );
    const document = read(experiment, trials);
    expect(document.scale).toBe("custom");
    expect(document.source).toBeNull();
    expect(document.tables[0]!.rows).toHaveLength(4);
    const isIt = (plain: Readonly<Record<string, unknown>>) =>
      plain["corrupt"] === 1 && plain["recipe.weightDecay"] === 0;
    expect(cellOf(document, "my", isIt, "test")).toMatchObject({ value: 0.2, n: 1 });
    expect(document.plots.map(({ name }) => name)).toEqual([
      "my-train-by-corrupt",
      "my-test-by-corrupt",
      "my-train-by-weightDecay",
      "my-test-by-weightDecay",
    ]);
    expect(document.plots[1]!.series).toMatchObject([
      {
        title: "weightDecay 0",
        points: [
          { x: 0, y: 0 },
          { x: 1, y: 0.2 },
        ],
      },
      {
        title: "weightDecay 0.1",
        points: [
          { x: 0, y: 0.1 },
          { x: 1, y: 0.3 },
        ],
      },
    ]);
    expect(document.claims).toEqual([]);
    expect(document.notes).toContain("In every cell: data shapes, model mlp-1x512.");
  });
});
