/**
 * @file ONNX Runtime against the float64 evaluator: the graph that trains is the graph that is meant.
 */

import { describe, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { buildCase, cases, nameOf } from "./cases.ts";
import { expectClose, runGraph } from "./oracle.ts";

/**
 * The tolerance of float32, stated once, relative to the largest element of a result. Rounding is 2^-24 =
 * 6e-8 an operation; the cases chain at most some 20 of them, and the engine's exponential and hyperbolic
 * functions are polynomials good to a few 1e-7.
 */
const FLOAT32 = 5e-6;

describe.each(cases.map((given) => [nameOf(given), given] as const))("%s", (_, given) => {
  const { forward, backward, feeds } = buildCase(given);

  test("means the same on ONNX Runtime", async () => {
    const results = await runGraph(forward, feeds);
    expectClose(results.y!, evaluate(forward, feeds).y!.data, FLOAT32, "y");
  });

  if (backward === undefined) return;
  test("has the same gradient on ONNX Runtime", async () => {
    const results = await runGraph(backward, feeds);
    for (const [name, { data }] of Object.entries(evaluate(backward, feeds))) {
      expectClose(results[name]!, data, FLOAT32, name);
    }
  });
});
