/**
 * @file Factors and solutions, against plain float64 and against what defines them.
 */

import { describe, expect, test } from "vitest";
import { eliminate } from "../../../src/base/linear/elimination.ts";
import { multiply } from "../../../src/base/linear/matrix.ts";
import { choleskyBytes, choleskyOf } from "../../../src/theory/kernel/cholesky.ts";
import { createDenseCholesky } from "../../../src/theory/kernel/dense-cholesky.ts";
import { kernelOf } from "../../../src/theory/kernel/kernels.ts";
import { planSolve } from "../../../src/theory/kernel/memory.ts";
import { createKernelSolver } from "../../../src/theory/kernel/solve.ts";
import { gramOfPoints } from "../../../src/theory/kernel/source.ts";
import { TILE } from "../../../src/theory/kernel/triangle.ts";
import { bytePoints, farthest, floatPoints, openTestEngine, plainGram, vectorsOf } from "./fixture.ts";

const engine = await openTestEngine();
const gaussian = kernelOf({ kernel: "gaussian", bandwidth: 0.05, degree: 1 });
/** Three tiles in a row, so that every kind of tile is there. */
const N = 2 * TILE + 100;
const points = floatPoints(N, 20);
/** Two, where a plain answer takes its time. */
const FEW = TILE + 60;
const fewPoints = floatPoints(FEW, 20);
const fewSource = gramOfPoints(gaussian, fewPoints, null);
const source = gramOfPoints(gaussian, points, null);

/** A symmetric matrix with eigenvalues of at least 1. */
function positive(size: number): Float64Array {
  const root = vectorsOf(size, size, 7);
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < size; k++) sum += (root[i * size + k]! * root[j * size + k]!) / size;
      out[i * size + j] = sum;
    }
  return out;
}

describe("the factor of a tile", () => {
  // Below, at and above the size at which halves are factored; odd ones, too.
  test.each([1, 2, 96, 97, 250])("of %i rows gives the tile, and its inverse is one", async (size) => {
    await using dense = await createDenseCholesky(engine);
    const matrix = positive(size);
    const found = await dense.factor(matrix, size);
    const transposed = Float64Array.from(
      found!.lower,
      (_, at) => found!.lower[(at % size) * size + Math.floor(at / size)]!,
    );
    expect(farthest(multiply(found!.lower, transposed, size), matrix)).toBeLessThan(size * 2 ** -48);
    const unit = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
    expect(farthest(multiply(found!.lower, found!.inverse, size), unit)).toBeLessThan(size * 2 ** -46);
  });

  test("is refused where the matrix is indefinite", async () => {
    await using dense = await createDenseCholesky(engine);
    expect(await dense.factor(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    const matrix = positive(200);
    matrix[150 * 200 + 150] = -1;
    expect(await dense.factor(matrix, 200)).toBeUndefined();
  });
});

describe("equation (3)", () => {
  test("is solved to the tolerance, of three rows of tiles", async () => {
    await using solver = await createKernelSolver(engine, source, {
      l2: 0,
      tolerance: 1e-12,
      mostIterations: 50,
    });
    const targets = vectorsOf(N, 2);
    const { solution, residuals, remainder, fitted, iterations } = await solver.solve(targets, 2);
    // The residual by the definition of the matrix.
    expect(farthest(multiply(plainGram(gaussian, points, points), solution, 2), targets)).toBeLessThan(1e-11);
    expect(Math.max(...residuals)).toBeLessThan(1e-11);
    expect(
      farthest(
        fitted.map((value, at) => value + remainder[at]!),
        targets,
      ),
    ).toBeLessThan(1e-12);
    expect(iterations).toBeLessThan(8);
  });

  test.each([0, 0.5])("with l2 %d has the solution and the norm of plain float64", async (l2) => {
    await using solver = await createKernelSolver(engine, fewSource, {
      l2,
      tolerance: 1e-13,
      mostIterations: 50,
    });
    const targets = vectorsOf(FEW, 1);
    const { solution, fitted, squaredNorms } = await solver.solve(targets, 1);
    const gram = plainGram(gaussian, fewPoints, fewPoints);
    const shifted = gram.map((value, at) => (at % (FEW + 1) === 0 ? value + l2 : value));
    const plain = eliminate(shifted, FEW)!.solve(targets, 1);
    expect(farthest(solution, plain)).toBeLessThan(1e-8);
    const said = multiply(gram, plain, 1);
    expect(farthest(fitted, said)).toBeLessThan(1e-8);
    const energy = plain.reduce((sum, value, at) => sum + value * said[at]!, 0);
    expect(squaredNorms[0]! / energy).toBeCloseTo(1, 8);
  });

  test("for the first examples has the solution of a matrix of them alone", async () => {
    const options = { l2: 0, tolerance: 1e-12, mostIterations: 50 };
    await using solver = await createKernelSolver(engine, source, options);
    const few = gramOfPoints(gaussian, floatPoints(TILE, 20), null);
    await using own = await createKernelSolver(engine, few, options);
    const targets = vectorsOf(TILE, 1);
    const [part, alone] = [await solver.solve(targets, 1), await own.solve(targets, 1)];
    expect(farthest(part.solution, alone.solution)).toBeLessThan(1e-8);
  });

  test.each([0, 1, 2])("is solved with %i columns of tiles kept", async (kept) => {
    // Farther apart, so that even the diagonal tiles alone precondition well.
    const apart = gramOfPoints(kernelOf({ kernel: "gaussian", bandwidth: 0.15, degree: 1 }), points, null);
    await using factor = await choleskyOf(engine, apart, { l2: 0, kept });
    expect(factor.bytes).toBe(choleskyBytes(N, kept));
    await using solver = await createKernelSolver(engine, apart, {
      kept,
      l2: 0,
      tolerance: 1e-6,
      mostIterations: 500,
    });
    const targets = vectorsOf(N, 1);
    const { residuals, iterations } = await solver.solve(targets, 1);
    expect(residuals[0]).toBeLessThan(2e-6);
    // With two of three columns nothing is left out.
    if (kept === 2) expect(iterations).toBeLessThan(4);
    else expect(iterations).toBeGreaterThan(4);
  });

  test("of nearly equal examples is solved all the same: the factor is shifted, the residual is not", async () => {
    const near = bytePoints(600, 40, 5);
    const data = Float32Array.from(near.data, (value) => value / 255);
    // Every other example is the one before, but for a change that float32 products of the kernel do not see.
    for (let row = 1; row < 600; row += 2) {
      data.copyWithin(row * 40, (row - 1) * 40, row * 40);
      data[row * 40] = data[row * 40]! + 2 ** -12;
    }
    const close = gramOfPoints(gaussian, { kind: "floats", data, count: 600, size: 40 }, null);
    await using solver = await createKernelSolver(engine, close, {
      l2: 0,
      tolerance: 1e-6,
      mostIterations: 5000,
    });
    expect(solver.preconditioner.shift).toBeGreaterThan(0);
    const targets = Float64Array.from({ length: 600 }, (_, row) => Math.floor(row / 2) % 2);
    const { residuals } = await solver.solve(targets, 1);
    expect(residuals[0]).toBeLessThan(1e-6);
  });
});

test("a matrix of zeros is factored, and its equations have no solution", async () => {
  const zeros = { kind: "floats", data: new Float32Array(600 * 3), count: 600, size: 3 } as const;
  const linear = kernelOf({ kernel: "linear", bandwidth: 1, degree: 1 });
  await using solver = await createKernelSolver(engine, gramOfPoints(linear, zeros, null), {
    l2: 0,
    tolerance: 1e-9,
    mostIterations: 3,
  });
  const { residuals, iterations } = await solver.solve(vectorsOf(600, 1), 1);
  expect([residuals[0], iterations]).toEqual([1, 3]);
});

describe("memory", () => {
  const demand = { n: 60_000, columns: 20, source: 2 ** 30, limit: 16 * 2 ** 30 };

  test("of 60,000 examples is below 16 GiB", () => {
    const { solver, bytes } = planSolve("auto", { ...demand, source: 110 * 2 ** 20 });
    expect(solver).toBe("cholesky");
    expect(bytes).toBeLessThan(16 * 2 ** 30);
    // Half a matrix of float32, and little more.
    expect(choleskyBytes(60_000)).toBeLessThan(1.02 * 2 * 60_000 ** 2);
  });

  test("that does not suffice makes a part of the factor, or an error that says what would fit", () => {
    const plan = planSolve("auto", { ...demand, limit: 6 * 2 ** 30 });
    expect(plan.solver).toBe("cg");
    expect(plan.bytes).toBeLessThanOrEqual(6 * 2 ** 30);
    expect(plan.kept).toBeGreaterThan(5);
    expect(() => planSolve("cholesky", { ...demand, limit: 6 * 2 ** 30 })).toThrow(
      /n = \d+ would fit, `solver` cg takes less/,
    );
    const [, most] = /n = (\d+) would fit/.exec(String(attempt(6 * 2 ** 30)))!;
    expect(() =>
      planSolve("cholesky", {
        ...demand,
        n: Number(most),
        source: (2 ** 30 * Number(most)) / 60_000,
        limit: 6 * 2 ** 30,
      }),
    ).not.toThrow();
    expect(() => planSolve("auto", { ...demand, limit: 2 ** 30 })).toThrow("lower `n`, or raise `memory`");
  });

  const attempt = (limit: number): unknown => {
    try {
      return planSolve("cholesky", { ...demand, limit });
    } catch (error) {
      return error;
    }
  };
});
