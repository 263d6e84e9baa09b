/**
 * @file Every operation and its gradients against PyTorch's, in float64 (`scripts/golden.py`).
 */

import { describe, expect, test } from "vitest";
import { hashOf, operationQuestion } from "../../scripts/golden-cases.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import goldens from "../golden/operations.json" with { type: "json" };
import { buildCase, cases, nameOf } from "./cases.ts";
import { expectClose } from "./oracle.ts";

interface Golden {
  readonly hash: string;
  readonly y: readonly number[];
  /** By operand; null where PyTorch lets no gradient flow. */
  readonly gradients: readonly (readonly number[] | null)[];
}

/** Both sides compute in float64: 2^-53 = 1e-16 an operation, over at most some 100 operations. */
const FLOAT64 = 1e-13;

const REMEDY = "run: node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py";

describe.each(cases.map((given) => [nameOf(given), given] as const))("%s", (name, given) => {
  const golden = (goldens as { readonly [name: string]: Golden })[name]!;

  test("has a golden of this very case", async () => {
    expect(golden?.hash, REMEDY).toBe(await hashOf(operationQuestion(given)));
  });

  test("is what PyTorch computes", () => {
    const { forward, backward, operands, feeds } = buildCase(given);
    expectClose(evaluate(forward, feeds).y!.data, golden.y, FLOAT64, "y");
    const gradients = backward === undefined ? {} : evaluate(backward, feeds);
    operands.forEach((operand, at) => {
      const actual = gradients[`d${operand.name}`]?.data;
      const expected = golden.gradients[at];
      if (actual) expectClose(actual, expected ?? actual.map(() => 0), FLOAT64, `d${operand.name}`);
      else expect(expected).toBeNull();
    });
  });
});

test("No golden is left over", () => {
  const names = new Set(cases.map(nameOf));
  expect(
    Object.keys(goldens).filter((name) => !names.has(name)),
    REMEDY,
  ).toEqual([]);
});
