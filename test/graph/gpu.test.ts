/**
 * @file Lowering for WebGPU: the same meaning in float64, by every way to take the gradients of filters.
 */

import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { filterWays } from "../../src/graph/lower/gpu/filter-gradient.ts";
import { lowerToGpu } from "../../src/graph/lower/gpu/lower.ts";
import { type Graph, inOrder } from "../../src/graph/value.ts";
import { buildCase, cases, nameOf } from "./cases.ts";
import { expectClose } from "./oracle.ts";

/** Operations of ONNX Runtime that its WebGPU provider lacks, or leaves the device for. */
const LACKING = ["maxPoolPositions", "maxPoolGradient", "logSoftmax"];

const operationsOf = ({ outputs }: Graph): readonly string[] =>
  inOrder(outputs.map(({ value }) => value)).flatMap((value) =>
    value.kind === "application" ? [value.operation.name] : [],
  );

/** Where a gradient is not differentiated again, positions are not asked for. */
const lowered = cases.filter(({ operation }) => operation !== "maxPoolPositions");

describe.each(filterWays)("by %s", (way) => {
  test.each(lowered.map((given) => [nameOf(given), given] as const))("%s means the same", (_, given) => {
    const { forward, backward, feeds } = buildCase(given);
    for (const graph of backward && given.operation !== "maxPoolGradient" ? [forward, backward] : [forward]) {
      const gpu = lowerToGpu(graph, way);
      expect(operationsOf(gpu).filter((name) => LACKING.includes(name))).toEqual([]);
      const results = evaluate(gpu, feeds);
      // Both in float64; constants are float32 exactly, but for 1 / count.
      for (const [name, { data }] of Object.entries(evaluate(graph, feeds)))
        expectClose(results[name]!.data, data, 1e-9, name);
    }
  });
});
