/**
 * @file Many steps in one run: the same bytes as one by one, and on one thread as on two.
 */

import type { Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type ScanStep, writeScan } from "../../src/graph/onnx/scan.ts";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { add, multiply } from "../../src/graph/ops/elementwise.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { input, sizeOf } from "../../src/graph/value.ts";
import { initialize } from "../../src/nn/initialize.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { buildStep, type Step } from "../../src/train/step.ts";
import { tensorOf, withSession } from "./oracle.ts";

const STEPS = 4;
const ROWS = 256;
const BATCH = 128;
const EXAMPLE = [3, 28, 28];

/** Everything some steps of a network are given: state, shared inputs, and inputs stacked by step. */
interface Feeds {
  readonly state: { readonly [name: string]: ArrayLike<number> };
  readonly shared: { readonly [name: string]: ArrayLike<number> };
  readonly stacked: { readonly [name: string]: ArrayLike<number> };
}

function feedsOf(step: Step): Feeds {
  const random = randomStream(0, "scan");
  const normals = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.normal());
  const state = step.state.map(({ input: { name, shape }, start }, index) => {
    const parameter = step.parameters[index];
    const elements = parameter
      ? initialize(parameter, "he-normal", 0, index)
      : new Float32Array(sizeOf(shape)).fill(start as number);
    return [name, elements] as const;
  });
  const masks = step.masks.map(({ value }) => {
    const elements = Array.from({ length: STEPS * sizeOf(value.shape) }, () =>
      random.below(2) === 0 ? 0 : 2,
    );
    return [value.name, elements] as const;
  });
  return {
    state: Object.fromEntries(state),
    shared: {
      images: normals(ROWS * sizeOf(EXAMPLE)),
      labels: Array.from({ length: ROWS }, () => random.below(10)),
    },
    stacked: {
      indices: Array.from({ length: STEPS * step.batch }, () => random.below(ROWS)),
      weights: new Float32Array(STEPS * step.batch).fill(1),
      rate: [0.1, 0.1, 0.05, 0.05],
      ...Object.fromEntries(masks),
    },
  };
}

type Results = { readonly [name: string]: Float32Array };

const arraysOf = (results: { readonly [name: string]: Tensor }): Results =>
  Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));

/** All steps in one run of the engine. */
const runScan = (step: Step, { state, shared, stacked }: Feeds, threads: number): Promise<Results> =>
  withSession(
    writeScan(step),
    async (session) => {
      const tensors = step.graph.inputs.map((given) => {
        const elements = stacked[given.name];
        const shape = elements ? [STEPS, ...given.shape] : given.shape;
        return [
          given.name,
          tensorOf({ ...given, shape }, elements ?? { ...state, ...shared }[given.name]!),
        ] as const;
      });
      return arraysOf(await session.run(Object.fromEntries(tensors)));
    },
    threads,
  );

/** Step by step, carrying the state by hand. */
const runSingly = (step: Step, { state, shared, stacked }: Feeds): Promise<Results> =>
  withSession(writeOnnx(step.graph), async (session) => {
    let current: { [name: string]: ArrayLike<number> } = { ...state };
    const losses: number[] = [];
    let last: Results = {};
    for (let at = 0; at < STEPS; at++) {
      const tensors = step.graph.inputs.map((given) => {
        const size = sizeOf(given.shape);
        const rows = stacked[given.name];
        const elements = rows
          ? Array.from(rows).slice(at * size, (at + 1) * size)
          : { ...current, ...shared }[given.name]!;
        return [given.name, tensorOf(given, elements)] as const;
      });
      last = arraysOf(await session.run(Object.fromEntries(tensors)));
      losses.push(last.loss![0]!);
      current = Object.fromEntries(step.state.map(({ input: { name }, output }) => [name, last[output]!]));
    }
    return { ...last, loss: Float32Array.from(losses) };
  });

const ENGINE = await openEngine(runtime, "cpu", 1);

/** A step as the engine is given it. */
async function stepOf(model: string, changes: Partial<Recipe> = {}): Promise<Step> {
  const step = buildStep(findModel(model), { ...paperRecipe, batch: BATCH, ...changes }, EXAMPLE, 10, ROWS);
  return { ...step, graph: await ENGINE.lower(step.graph) };
}

describe("steps in one run", () => {
  test.each<readonly [string, string, Partial<Recipe>]>([
    ["momentum", "mlp-1x512", {}],
    ["dropout and weight decay", "mlp-1x512", { dropout: 0.5, weightDecay: 0.001, nesterov: true }],
    ["Adam", "linear", { optimizer: "adam" }],
  ])("give the bytes of single steps: %s", async (_, model, changes) => {
    const step = await stepOf(model, changes);
    const feeds = feedsOf(step);
    const scanned = await runScan(step, feeds, 1);
    expect(scanned.loss!.length).toBe(STEPS);
    expect(new Set(scanned.loss).size).toBe(STEPS);
    expect(scanned).toEqual(await runSingly(step, feeds));
  });

  test.each([
    ["mlp-1x512", BATCH],
    ["mlp-3x512", BATCH],
    ["alexnet", 16],
    ["inception", 4],
  ])("give the same bytes on one thread and on two: %s", async (model, batch) => {
    const step = await stepOf(model, { batch });
    const feeds = feedsOf(step);
    expect(await runScan(step, feeds, 2)).toEqual(await runScan(step, feeds, 1));
  });
});

describe("writeScan", () => {
  const w = input("w", [2]);
  const table = input("table", [5, 2]);
  const index = input("index", [1], "int32");
  const graph = {
    name: "sum",
    inputs: [w, index, table],
    outputs: [{ name: "next", value: multiply(w, w) }],
  };
  const step: ScanStep = { graph, state: [{ input: w, output: "next" }], shared: [table] };

  test("lets the shared inputs have any number of rows", async () => {
    const row = gather(table, index);
    const summing: ScanStep = {
      ...step,
      graph: {
        ...graph,
        outputs: [
          { name: "next", value: add(w, w) },
          { name: "row", value: row },
        ],
      },
    };
    const results = await withSession(writeScan(summing), (session) =>
      session.run({
        w: tensorOf(w, [1, -1]),
        index: tensorOf({ shape: [3, 1], type: "int32" }, [6, 0, 2]),
        table: tensorOf(
          { shape: [7, 2], type: "float32" },
          Array.from({ length: 14 }, (_, at) => at),
        ),
      }),
    );
    expect(Array.from(results.next!.data as Float32Array)).toEqual([8, -8]);
    expect(results.row!.dims).toEqual([3, 1, 2]);
    expect(Array.from(results.row!.data as Float32Array)).toEqual([12, 13, 0, 1, 4, 5]);
  });

  test.each<readonly [string, ScanStep, string]>([
    ["that is missing", { ...step, state: [{ input: w, output: "w2" }] }, "got none"],
    [
      "of another shape",
      { ...step, graph: { ...graph, outputs: [{ name: "next", value: gather(table, index) }] } },
      "got float32 [1, 2]",
    ],
  ])("refuses a next state %s", (_, wrong, message) => {
    expect(() => writeScan(wrong)).toThrow(
      /writeScan: expected an output ".*" of the shape and type of state "w", got/,
    );
    expect(() => writeScan(wrong)).toThrow(message);
  });
});
