/**
 * @file A bandwidth where none is given: the one that errs least on training examples that are held out.
 *
 * Candidates are multiples of a scale of the data (the reciprocal of the mean squared distance, for the Gaussian
 * kernel), so that one list does for pixels and features of any size. No test example is looked at.
 */

import { DataError } from "../../base/errors.ts";
import type { Watch } from "../../base/progress.ts";
import type { Engine } from "../../train/engine.ts";
import { type KernelSettings, kernelOf } from "./kernels.ts";
import { momentsOf } from "./moments.ts";
import { multiplyTests } from "./product.ts";
import { createKernelSolver } from "./solve.ts";
import { type GramSource, gramOfPoints, type Points, slicePoints } from "./source.ts";
import { countErrors, oneHot } from "./targets.ts";

/** Examples that candidates are fitted to, and that they are judged by, at most. */
const FITTED = 4096;
const HELD_OUT = 2048;

/** Multiples of the scale that are tried. */
const MULTIPLES = [1, 2, 4, 8, 16];

/** What a bandwidth is chosen from. */
interface Given extends Watch {
  readonly settings: Omit<KernelSettings, "bandwidth">;
  readonly points: Points;
  readonly labels: Int32Array;
  readonly classes: number;
}

export interface ChosenBandwidth {
  readonly bandwidth: number;
  /** How it was chosen, as a sentence. */
  readonly rule: string;
}

/**
 * The bandwidth of a Gaussian kernel on features, by rule: 2 over the mean squared distance, to four digits.
 *
 * The bandwidth of the paper's kernel on the pixels of MNIST, 0.02, is 2.1 over the mean squared distance there.
 */
export const bandwidthByRule = (squaredDistance: number): number =>
  Number((2 / positive(squaredDistance)).toPrecision(4));

/** A mean square that something can be divided by. */
function positive(square: number): number {
  if (square > 0) return square;
  throw new DataError(
    "no bandwidth can be chosen: all training examples are equal, or zeros; use other examples, or give a `bandwidth`",
  );
}

/** Choose a bandwidth; kernels that have none get 1. */
export async function chooseBandwidth(
  engine: Engine,
  { settings, points, labels, classes, ...watch }: Given,
): Promise<ChosenBandwidth> {
  const { kernel } = settings;
  const scale = scaleOf(kernel, points);
  if (scale === null) return { bandwidth: 1, rule: `The ${kernel} kernel has no bandwidth.` };
  const held = Math.min(HELD_OUT, Math.floor(points.count / 5));
  const fitted = Math.min(FITTED, points.count - held);
  // Too few to judge by: the middle of the list.
  if (held < 20) {
    const bandwidth = round(4 * scale.value);
    return { bandwidth, rule: `The bandwidth is ${bandwidth}, 4 times ${scale.title}.` };
  }
  const [train, test] = [slicePoints(points, 0, fitted), slicePoints(points, fitted, held)];
  const targets = oneHot(labels.subarray(0, fitted), classes);
  const wanted = labels.subarray(fitted, fitted + held);
  const tried: { readonly bandwidth: number; readonly errors: number }[] = [];
  for (const multiple of MULTIPLES) {
    const bandwidth = round(multiple * scale.value);
    const source = gramOfPoints(kernelOf({ ...settings, bandwidth }), train, test);
    const said = await answersOf(engine, source, targets, classes, watch);
    tried.push({ bandwidth, errors: countErrors(said, wanted, classes) });
  }
  const best = tried.reduce((least, one) => (one.errors < least.errors ? one : least));
  const list = tried.map(({ bandwidth, errors }) => `${bandwidth}: ${((100 * errors) / held).toFixed(1)} %`);
  return {
    bandwidth: best.bandwidth,
    rule:
      `The bandwidth is ${best.bandwidth}, which errs least on ${held} training examples held out from ${fitted} others, ` +
      `of ${MULTIPLES.join(", ")} times ${scale.title} (${list.join(", ")}).`,
  };
}

async function answersOf(
  engine: Engine,
  source: GramSource,
  targets: Float64Array,
  classes: number,
  watch: Watch,
): Promise<Float64Array> {
  await using solver = await createKernelSolver(engine, source, {
    l2: 0,
    // Errors are counted, not residuals.
    tolerance: 1e-5,
    mostIterations: 20,
    signal: watch.signal,
  });
  const { solution } = await solver.solve(targets, classes);
  return multiplyTests(engine, source.tests!, solution, classes);
}

/** Three digits are enough to be found again. */
const round = (value: number): number => Number(value.toPrecision(3));

function scaleOf(
  kernel: KernelSettings["kernel"],
  points: Points,
): { readonly value: number; readonly title: string } | null {
  if (kernel === "linear" || kernel === "arc-cosine" || kernel === "ntk") return null;
  const { squaredNorm, squaredDistance: distance } = momentsOf(points);
  if (kernel === "polynomial") {
    return { value: 1 / positive(squaredNorm), title: "the reciprocal of the mean squared norm" };
  }
  return kernel === "gaussian"
    ? { value: 1 / positive(distance), title: "the reciprocal of the mean squared distance" }
    : {
        value: 1 / (4 * Math.sqrt(positive(distance))),
        title: "a quarter of the reciprocal of the root mean squared distance",
      };
}
