/**
 * @file Equation (3) on random convolutional features, whose Gram matrix is added up over blocks of filters and held.
 */

import { canonicalJson, type Json } from "../../base/json.ts";
import { exampleCount } from "../../data/dataset.ts";
import type { Gram } from "../features/gram-state.ts";
import { featuresOfFilter, randomConvDefaults } from "../features/random-conv.ts";
import { bandwidthByRule } from "../kernel/bandwidth.ts";
import type { Solved } from "../kernel/computed.ts";
import { pointsOf, requireInterpolable } from "../kernel/examples.ts";
import { type Kernel, kernelOf } from "../kernel/kernels.ts";
import { planSolve } from "../kernel/memory.ts";
import { type Solutions, solveLabels } from "../kernel/outcome.ts";
import type { KernelRequest } from "../kernel/request.ts";
import type { KernelJob } from "../kernel/solve-points.ts";
import { gramOfProducts } from "../kernel/source.ts";
import { triangleBytes } from "../kernel/triangle.ts";
import { randomConvGram } from "./random-conv.ts";

/** A solution as a folder keeps it, and what was asked for when it was found. */
interface Kept {
  readonly asked: string;
  readonly solutions: Solutions;
}

/**
 * Solve at each number of filters that is asked for.
 *
 * @param folder - Where the Gram matrix and the solutions on the way are kept, to go on from. Solutions of another
 *   kernel, l2 or tolerance are not taken; the matrix is, and solved anew at the last number of filters.
 * @throws UsageError if the matrix does not fit into memory, or the folder holds another one.
 * @throws DataError if images are equal and l2 is 0, or the folder is damaged.
 */
export async function solveFilters(
  { engine, request, splits, labels, limit, watch }: KernelJob,
  folder: string | undefined,
): Promise<Solved> {
  const { seed, solver, l2 } = request;
  const counts = [...new Set(request.filters)].sort((a, b) => a - b);
  const filters = counts.at(-1)!;
  const settings = { ...randomConvDefaults, seed, filters, blockFilters: blockOf(counts) };
  const [n, m] = [exampleCount(splits.train), exampleCount(splits.test)];
  const perFilter = featuresOfFilter(splits.train.shape, settings);
  // Floats, bytes, and those of training examples once more, in columns.
  const block = settings.blockFilters * perFilter * (5 * (n + m) + n);
  const source = triangleBytes(n) + 4 * n * m + block + splits.train.inputs.byteLength;
  const plan = planSolve(solver, { n, columns: 2 * labels.classes, source, limit });
  const { kernel, rule } = kernelFor(request, filters * perFilter);
  const shape = { name: kernel.name, rank: kernel.rank(filters * perFilter), atZero: 1 };
  requireInterpolable(pointsOf(splits.train), labels.train.true, shape, Math.min(...l2));

  const asked = askedOf(request);
  const began = performance.now();
  let solving = 0;
  const solve = async (done: number, products: Gram): Promise<Solutions> => {
    const started = performance.now();
    const held = gramOfProducts(kernelFor(request, products.features).kernel, products);
    const given = { ...request, ...watch, curve: false, plan, filters: done };
    const solutions = await solveLabels(engine, held, labels, given);
    solving += (performance.now() - started) / 1000;
    return solutions;
  };
  const { gram, answers } = await randomConvGram(engine, splits.train, splits.test, settings, {
    folder,
    at: counts,
    // What was solved before an interruption is not solved again: the folder keeps it.
    onFilters: async (done, products) => asJson({ asked, solutions: await solve(done, products) }),
    ...watch,
  });
  const found = new Map<number, Solutions>();
  for (const [done, answer] of answers) {
    const kept = answer as unknown as Kept;
    if (counts.includes(done) && kept.asked === asked) found.set(done, kept.solutions);
  }
  // A folder that was left by another request holds the matrix of all filters, and no longer that of fewer.
  if (!found.has(filters)) found.set(filters, await solve(filters, gram));
  return {
    kernel,
    rule,
    plan,
    interpolants: [],
    norms: [],
    precision: "float64, from exact integer products of features, added up over blocks of filters",
    dimensions: gram.features,
    solutions: counts.flatMap((count) => found.get(count) ?? []),
    notes: notesOf(
      counts.filter((count) => !found.has(count)),
      filters,
    ),
    featureSeconds: (performance.now() - began) / 1000 - solving,
  };
}

/** Everything of a request that decides what a solution is, given the Gram matrix. */
const askedOf = ({ kernel, bandwidth, degree, l2, tolerance, iterations }: KernelRequest): string =>
  canonicalJson({ kernel, bandwidth: bandwidth ?? null, degree, l2: [...l2], tolerance, iterations });

const notesOf = (missing: readonly number[], filters: number): string[] =>
  missing.length === 0
    ? []
    : [
        `Not solved at ${missing.join(", ")} filters: the folder held the matrix of more already, solved with other settings; another folder (--gram) would give these points, too. ${filters} filters were solved as asked.`,
      ];

/** Plain numbers, as they are read back from a file. */
const asJson = (kept: Kept): Json => JSON.parse(JSON.stringify(kept));

/**
 * The kernel for so many features; a bandwidth that is not given is one over the mean squared distance: half the rule for
 * Gabor features, as errs less on held-out training images (docs/theory/features.md).
 */
function kernelFor(
  { kernel, bandwidth, degree }: KernelRequest,
  features: number,
): { readonly kernel: Kernel; readonly rule: string } {
  // Standardized features have a variance of 1.
  const meanSquaredDistance = 2 * features;
  const chosen = bandwidth ?? bandwidthByRule(2 * meanSquaredDistance);
  return {
    kernel: kernelOf({ kernel, bandwidth: chosen, degree }),
    rule:
      bandwidth === undefined
        ? "The bandwidth is 1 over the mean squared distance of the standardized features: 1 over twice their number."
        : `The bandwidth of ${bandwidth} was asked for.`,
  };
}

/** The largest block of filters, up to the default, of which every number asked for is a multiple. */
function blockOf(counts: readonly number[]): number {
  const divides = (block: number): boolean => counts.every((count) => count % block === 0);
  let block = Math.min(randomConvDefaults.blockFilters, ...counts);
  while (!divides(block)) block--;
  return block;
}
