/**
 * @file What is set in the playground, as its address and as the trials and the command that it stands for.
 */

import { describe, expect, test } from "vitest";
import { commandOf, trialOf } from "../../src/play/recipe.ts";
import {
  DEFAULTS,
  modelOf,
  PAGES,
  type PageName,
  readHash,
  sizesOf,
  writeHash,
} from "../../src/play/state.ts";

describe("the address", () => {
  const other = {
    data: "shapes",
    n: 300,
    model: "cnn-2x16",
    inputs: "shuffled",
    p: 40,
    optimizer: "adam",
    rate: 0.001,
    decay: 0.01,
    dropout: 0.5,
    augment: "rotate",
    epochs: 30,
    seed: 7,
    device: "webgpu",
    tour: 3,
    big: true,
    view: "d:2;at:0.5~-1~0.25",
  } as const;

  test.each(Object.keys(PAGES) as PageName[])("comes back as it was set, on the page %s", (page) => {
    for (const state of [DEFAULTS, other]) {
      expect(readHash(writeHash(page, state))).toEqual({ page, state, complaints: [] });
    }
    expect(writeHash(page, DEFAULTS)).toBe(`#/${page}`);
  });

  test.each([
    ["", []],
    ["#/nowhere", ["There is no page “nowhere”; this is the race."]],
    ["#/race?p=140", ["p: expected a whole number from 0 to 100, in percent, got “140”; it is as usual."]],
    [
      "#/race?__proto__=1&toString=2",
      ["Nothing is called “__proto__” here.", "Nothing is called “toString” here."],
    ],
    ["#/race?model=mlp-9x9999&seed=&n=1e9", 3],
    ["#/race?%F0%9F%92%A5=%&&&=", 2],
    ["#/race?n=4000", ["n: digits has at most 1287 training examples; all are taken."]],
  ] as const)("is as usual where it says nonsense, and says so: %s", (hash, expected) => {
    const { state, complaints, page } = readHash(hash);
    expect([page, state]).toEqual(["race", DEFAULTS]);
    if (typeof expected === "number") expect(complaints).toHaveLength(expected);
    else expect(complaints).toEqual(expected);
  });

  test("names models by their sizes", () => {
    for (const name of ["linear", "mlp-1x512", "cnn-3x64"]) expect(modelOf(sizesOf(name)!)).toBe(name);
    for (const name of ["mlp-0x5", "mlp-6x5", "cnn-1x65", "alexnet", ""])
      expect(sizesOf(name)).toBeUndefined();
  });
});

describe("the race", () => {
  test("is of true labels on the left, and of what is set on the right", () => {
    const state = { ...DEFAULTS, p: 40 };
    const left = trialOf(state, "left");
    expect(left).toMatchObject({ inputs: "true", corrupt: 0 });
    expect(trialOf(state, "right")).toEqual({ ...left, corrupt: 0.4 });
    // As in the paper: where inputs are randomized, labels stay true.
    expect(trialOf({ ...state, inputs: "random" }, "right")).toEqual({ ...left, inputs: "random" });
  });

  test("has a command that says what is not as usual", () => {
    expect(commandOf(DEFAULTS)).toBe(
      "shatter test --data digits --model mlp-1x512 --corrupt 0,1 --lr 0.1 --epochs 200 --seed 0 --escalations 0",
    );
    expect(commandOf({ ...DEFAULTS, inputs: "gaussian", p: 40, data: "shapes", n: 300 })).toBe(
      "shatter test --data shapes --n 300 --test-n 500 --model mlp-1x512 --inputs true,gaussian --corrupt 0 --lr 0.1 --epochs 200 --seed 0 --escalations 0",
    );
  });
});
