/**
 * @file A fold: the engine does what is meant, in the order that is meant.
 */

import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { add, multiply, relu, subtract } from "../../src/graph/ops/elementwise.ts";
import { fold } from "../../src/graph/ops/fold.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { printGraph } from "../../src/graph/print.ts";
import { constant, type Graph, input, type Value } from "../../src/graph/value.ts";
import { numbersOf, runGraph, tensorOf, withSession } from "./oracle.ts";

const before = input("before", [2]);
const factor = input("factor", []);
const row = input("row", [2]);
const seen = input("seen", [2]);
/** `before + factor relu(row - seen)` */
const body: Graph = {
  name: "body",
  inputs: [before, factor, row, seen],
  outputs: [{ name: "after", value: add(before, multiply(factor, relu(subtract(row, seen)))) }],
};
const start = input("start", [2]);
const factors = input("factors", [3]);
const rows = input("rows", [3, 2]);
const place = input("place", [2]);
const inputs = [start, factors, rows, place];
const graphOf = (y: Value): Graph => ({ name: "g", inputs, outputs: [{ name: "y", value: y }] });
const folded = graphOf(fold(start, factors, rows, place, { body, scanned: 2 }));
const feeds = { start: [1, 2], factors: [1, -1, 3], rows: [1, 2, 3, 4, 5, 6], place: [0, 3] };

describe("a fold", () => {
  test("carries a value through its body, row by row", async () => {
    // 1 + 1 - 3 + 15 and 2 + 0 - 1 + 9.
    expect([...evaluate(folded, feeds).y!.data]).toEqual([14, 10]);
    expect((await runGraph(folded, feeds)).y).toEqual([14, 10]);
  });

  test("adds in the order of the rows, where float32 shows it", async () => {
    const large = {
      ...feeds,
      rows: [1e8, 1e8, 1, 1, 0, 1e8],
      factors: [1, 1, -1],
      place: [0, 0],
      start: [0, 0],
    };
    expect((await runGraph(folded, large)).y).toEqual([1e8, 0]);
  });

  test("runs for any number of rows and columns where they are free", async () => {
    const free = body.inputs.map(({ name, shape }) => input(name, shape.length === 0 ? [] : ["columns"]));
    const [b, f, r, s] = free as [Value, Value, Value, Value];
    const inner: Graph = {
      name: "body",
      inputs: free,
      outputs: [{ name: "after", value: add(b, multiply(f, relu(subtract(r, s)))) }],
    };
    const given = [
      input("start", ["columns"]),
      input("factors", ["rows"]),
      input("rows", ["rows", "columns"]),
      input("place", ["columns"]),
    ];
    const model = writeOnnx({
      name: "g",
      inputs: given,
      outputs: [{ name: "y", value: fold(...given, { body: inner, scanned: 2 }) }],
    });
    const results = await withSession(model, (session) =>
      session.run(
        Object.fromEntries(
          inputs.map((fed) => [fed.name, tensorOf(fed, feeds[fed.name as keyof typeof feeds])]),
        ),
      ),
    );
    expect(numbersOf(results["y"]!)).toEqual([14, 10]);
  });

  test("is printed with the name of its body", () => {
    expect(printGraph(folded)).toContain(
      "fold_0: float32[2] = fold(start, factors, rows, place) {body: graph body, scanned: 2}",
    );
  });

  test("refuses operands that its body cannot be given", () => {
    expect(() => fold(start, factors, rows, constant(1), { body, scanned: 2 })).toThrow(
      "fold: expected [2], rows of [], rows of [2], [2], got [2] and [3] and [3, 2] and []",
    );
    expect(() => fold(start, constant([1, 2]), rows, place, { body, scanned: 2 })).toThrow("fold: expected");
  });

  test("is not differentiated", () => {
    const scalar = sum(folded.outputs[0]!.value, { axes: [0], keepDims: false });
    expect(() => gradient(scalar, [start])).toThrow("fold: it is not differentiated");
  });
});
