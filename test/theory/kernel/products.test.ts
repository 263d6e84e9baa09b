/**
 * @file Tiles of Gram matrices: each kernel on the engine against its float64 meaning, for pixels, floats and products.
 */

import { describe, expect, test } from "vitest";
import { multiply } from "../../../src/base/linear/matrix.ts";
import { exactByteOperand } from "../../../src/theory/kernel/byte-products.ts";
import { kernelNames, kernelOf } from "../../../src/theory/kernel/kernels.ts";
import { createGramProduct, multiplyTests } from "../../../src/theory/kernel/product.ts";
import { gramOfPoints, gramOfProducts, type Points } from "../../../src/theory/kernel/source.ts";
import { createTriangle, TILE, tileRows } from "../../../src/theory/kernel/triangle.ts";
import { bytePoints, farthest, floatPoints, openTestEngine, plainGram, vectorsOf } from "./fixture.ts";

const engine = await openTestEngine();
/** On a processor with VNNI the faster one. */
const operand = await exactByteOperand(engine);
/** More than one tile, and a last one that is smaller. */
const N = TILE + 37;
const SIZE = 12;

/** Rounding of sums of N products in float64, each of entries that are right to a few units in the last place. */
const DOUBLE = 64 * N * 2 ** -53;

const kinds: Readonly<Record<string, (count: number, seed: number) => Points>> = {
  pixels: (count, seed) => bytePoints(count, SIZE, seed, operand),
  "pixels, unsigned by unsigned": (count, seed) => bytePoints(count, SIZE, seed, "uint8"),
  floats: (count, seed) => floatPoints(count, SIZE, seed),
};

describe.each(Object.entries(kinds))("the Gram matrix of %s", (_, make) => {
  test.each(kernelNames)("of the %s kernel, times vectors, is what it means", async (name) => {
    const kernel = kernelOf({ kernel: name, bandwidth: 0.3, degree: 3 });
    const [train, tests] = [make(N, 1), make(5, 2)];
    const source = gramOfPoints(kernel, train, tests);
    const vectors = vectorsOf(N, 3);
    await using product = await createGramProduct(engine, source);
    const own = await product.multiply(vectors, 3);
    expect(farthest(own, multiply(plainGram(kernel, train, train), vectors, 3))).toBeLessThan(DOUBLE);
    const asked = await multiplyTests(engine, source.tests!, vectors, 3);
    expect(farthest(asked, multiply(plainGram(kernel, tests, train), vectors, 3))).toBeLessThan(DOUBLE);
  });
});

test("a Gram matrix of products that are held is that of their points", async () => {
  const kernel = kernelOf({ kernel: "gaussian", bandwidth: 0.3, degree: 1 });
  // Whole numbers; the units of what is held are halves.
  const whole = (count: number, seed: number): Points => {
    const points = bytePoints(count, SIZE, seed);
    return { ...points, kind: "floats", data: Float32Array.from(points.data, (value) => value % 4) };
  };
  const [train, tests] = [whole(N, 3), whole(TILE + 5, 4)];
  const linear = kernelOf({ kernel: "linear", bandwidth: 1, degree: 1 });
  const products = plainGram(linear, train, train);
  const triangle = createTriangle(N);
  for (let row = 0; row < triangle.count; row++)
    for (let column = 0; column <= row; column++) {
      const [height, width] = [tileRows(N, row), tileRows(N, column)];
      triangle.tile(row, column).forEach((_, at, tile) => {
        const [i, j] = [row * TILE + Math.floor(at / width), column * TILE + (at % width)];
        tile[at] = 4 * products[i * N + j]!;
      });
      expect(triangle.tile(row, column)).toHaveLength(height * width);
    }
  const between = Int32Array.from(plainGram(linear, tests, train), (product) => 4 * product);
  const held = gramOfProducts(kernel, {
    unit: 1 / 2,
    train: triangle,
    trainNorms: Float64Array.from({ length: N }, (_, i) => 4 * products[i * N + i]!),
    tests: [between.subarray(0, TILE * N), between.subarray(TILE * N)],
    testNorms: Float64Array.from({ length: TILE + 5 }, (_, i) => {
      return Array.from(tests.data.subarray(i * SIZE, (i + 1) * SIZE)).reduce(
        (sum, value) => sum + 4 * value ** 2,
        0,
      );
    }),
    features: SIZE,
  });
  const points = gramOfPoints(kernel, train, tests);
  const vectors = vectorsOf(N, 2);
  await using a = await createGramProduct(engine, held);
  await using b = await createGramProduct(engine, points);
  expect(farthest(await a.multiply(vectors, 2), await b.multiply(vectors, 2))).toBeLessThan(DOUBLE);
  expect(
    farthest(
      await multiplyTests(engine, held.tests!, vectors, 2),
      await multiplyTests(engine, points.tests!, vectors, 2),
    ),
  ).toBeLessThan(DOUBLE);
});

describe("a kernel", () => {
  test("refuses a bandwidth of 0, and says why", () => {
    expect(() => kernelOf({ kernel: "gaussian", bandwidth: 0, degree: 1 })).toThrow(
      "`bandwidth`: expected a positive number, got 0",
    );
    expect(() => kernelOf({ kernel: "gaussian", bandwidth: Number.NaN, degree: 1 })).toThrow("got NaN");
  });

  test("refuses a degree that is none", () => {
    expect(() => kernelOf({ kernel: "polynomial", bandwidth: 1, degree: 0 })).toThrow("`degree`");
  });

  test("of a polynomial has the rank of its monomials", () => {
    // Of two variables, degree 3: 1, x, y, xx, xy, yy, xxx, xxy, xyy, yyy.
    expect(kernelOf({ kernel: "polynomial", bandwidth: 1, degree: 3 }).rank(2)).toBeCloseTo(10, 12);
  });

  test("of infinite width is what one sees at angles known by heart", () => {
    const arc = kernelOf({ kernel: "arc-cosine", bandwidth: 1, degree: 1 });
    const ntk = kernelOf({ kernel: "ntk", bandwidth: 1, degree: 1 });
    // The same example: |x|² and 2 |x|²; at right angles: |x||x'| / pi, both; opposite: 0.
    expect(arc.evaluate(4, 4, 4)).toBeCloseTo(4, 12);
    expect(ntk.evaluate(4, 4, 4)).toBeCloseTo(8, 12);
    expect(arc.evaluate(0, 4, 9)).toBeCloseTo(6 / Math.PI, 12);
    expect(ntk.evaluate(0, 4, 9)).toBeCloseTo(6 / Math.PI, 12);
    expect(ntk.evaluate(-4, 4, 4)).toBeCloseTo(0, 12);
  });
});
