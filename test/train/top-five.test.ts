import { expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { createEvaluator, MANY_CLASSES, topFive } from "../../src/train/session.ts";

const ROWS = 40;
const WIDTH = 3;

/** What softmax regression says of normal numbers, and the same by sorting. */
async function answersOf(classes: number, factor: number) {
  const random = randomStream(1, "top-five");
  const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const weights = normals(classes * WIDTH).map((weight) => weight * factor);
  const inputs = normals(ROWS * WIDTH);
  const labels = Int32Array.from({ length: ROWS }, () => random.below(classes));
  const data = {
    name: "top-five",
    inputs,
    shape: [ROWS, WIDTH],
    labels,
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
  };
  const engine = await openEngine(runtime, "cpu", 1);
  await using evaluator = await createEvaluator(engine, findModel("linear"), [WIDTH], classes);
  const state = { "output.weight": weights, "output.bias": new Float32Array(classes) };
  const answers = await evaluator.answer(state, data);
  const hits = Array.from(labels, (label, row) => {
    const logits = Array.from({ length: classes }, (_, each) =>
      [0, 1, 2].reduce((sum, at) => sum + weights[each * WIDTH + at]! * inputs[row * WIDTH + at]!, 0),
    );
    const first = logits.map((_, each) => each).sort((a, b) => logits[b]! - logits[a]!);
    return Number(first.slice(0, 5).includes(label));
  });
  return { answers, share: hits.reduce((sum, hit) => sum + hit, 0) / ROWS };
}

test("answers among the first five are those that sorting finds", async () => {
  const { answers, share } = await answersOf(MANY_CLASSES, 1);
  expect(topFive(answers, MANY_CLASSES)).toBe(share);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
});

test("are not counted of few classes, and none is right where logits are no numbers", async () => {
  expect(topFive((await answersOf(MANY_CLASSES - 1, 1)).answers, MANY_CLASSES - 1)).toBeUndefined();
  expect(topFive((await answersOf(MANY_CLASSES, Number.NaN)).answers, MANY_CLASSES)).toBe(0);
});
