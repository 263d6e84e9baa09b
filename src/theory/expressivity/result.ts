/**
 * @file The document of Theorem 1, Lemma 1 and Corollary 1.
 */

import { type Check, type Claim, judgeClaim } from "../../document/claims.ts";
import type { Unsigned } from "../settings.ts";
import { DEEPEST, type Found } from "./expressivity.ts";
import { weightCount, weightNorm } from "./network.ts";
import { smallestGap } from "./projection.ts";
import type { TargetKind } from "./sample.ts";
import { MET, rangeOf } from "./study.ts";
import {
  depthPlot,
  depthTable,
  errorPlot,
  functionPlot,
  lemmaTable,
  remedyTable,
  roundingTable,
  sizeTable,
} from "./tables.ts";

/** Error, as a share of the targets' range, up to which a function counts as represented in float64. */
const REPRESENTED = 1e-6;

/** What was asked for. */
interface Asked {
  /** `gaussian`, or the name of a dataset. */
  readonly data: string;
  readonly n: number;
  readonly labels: TargetKind;
  readonly candidates: number;
  readonly seed: number;
  readonly threads: number;
}

/** Write the document. */
export function expressivityResult(found: Found, asked: Asked, dataHash: string): Unsigned {
  const { sample, sizes, remedies, roundings, depths, depthCount, lemma, exact, ordered, isLabels } = found;
  const { data, n, labels, candidates, seed, threads } = asked;
  return {
    schema: "shatter/theory@1",
    name: "expressivity",
    title: "Theorem 1: any function on n samples with 2n + d weights",
    question:
      "How small a network can take any values at n samples in d dimensions, and what does it take to compute it?",
    findings: findingsOf(found),
    source: "Section 4 and appendix C, Theorem 1, Lemma 1, Corollary 1",
    method: METHOD,
    notes: notesOf(found, asked),
    settings: { data, n, d: sample.dimensions, labels, candidates, seed, threads, dataHash },
    tables: [
      sizeTable(sizes),
      remedyTable(remedies, sample.count),
      roundingTable(roundings, sample.count),
      ...(depths.length > 0 ? [depthTable(depths, depthCount)] : []),
      ...(lemma.length > 0 ? [lemmaTable(lemma)] : []),
    ],
    plots: [
      functionPlot(exact, ordered),
      errorPlot(sizes, isLabels, rangeOf(sample.targets)),
      ...(depths.length > 0 ? [depthPlot(depths, depthCount)] : []),
    ],
    claims: [claimOf(found)],
    numbers: numbersOf(found),
  };
}

const whole = (value: number): string => value.toLocaleString("en-US");

/** Two digits, by a power of ten where it would be long. */
function short(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e6)) return whole(Number(value.toPrecision(2)));
  return value.toExponential(1).replace("e+", "e").replace("-", "−");
}

const noun = (count: number, what: string): string => `${whole(count)} ${what}${count === 1 ? "" : "s"}`;
const share = (value: number): string => `${Number((100 * value).toFixed(2))} %`;

function findingsOf(found: Found): string[] {
  const { sample, exact, sizes, remedies, isLabels, smallestEigenvalue, drawn, apart, gap } = found;
  const distance = smallestGap(found.ordered.projected);
  const [, weights, thresholds, places, sums] = found.roundings;
  const { count, dimensions, targets } = sample;
  const all = sizes.at(-1)!;
  const met = isLabels ? "labels right" : `targets met to ${100 * MET} % of their range`;
  const norm = weightNorm(exact);
  const bound = Math.sqrt(targets.reduce((sum, y) => sum + y * y, 0)) / smallestEigenvalue;
  const lastGood = sizes.filter(({ product }) => product.right === 1).at(-1);
  const [midpoints] = remedies;
  return [
    `${noun(count, "sample")} in ${noun(dimensions, "dimension")} ${count === 1 ? "is" : "are"} represented with ${whole(weightCount(exact))} weights, exactly 2n + d: the largest error is ${short(all.float64.error)} of the targets’ range in float64, and in float32 on ONNX Runtime ${share(all.fitted.right)} of the samples have their ${met} (largest error ${short(all.fitted.error)}).`,
    `The smallest eigenvalue of Lemma 1 is ${short(smallestEigenvalue)}${count > 1 ? `, 15/16 of the smallest gap (${short(distance)}, which is ${short(gap)} of the range)` : ""}. The norm of w is ${short(norm)}; the norm of the targets over that eigenvalue is ${short(bound)}, which would bound it if the matrix were symmetric.`,
    lastGood === undefined
      ? `Computed as networks usually are, by matrix products in float32 with weights rounded to float32, not even ${whole(sizes[0]!.count)} samples all have their ${met}.`
      : lastGood === all
        ? `Computed as networks usually are, by matrix products in float32 with weights rounded to float32, all of these samples still have their ${met}.`
        : `Computed as networks usually are, by matrix products in float32 with weights rounded to float32, all ${met} up to ${whole(lastGood.count)} of the sizes tried; at ${whole(count)} it is ${share(all.product.right)}.`,
    ...(all.product.right < 1
      ? [
          `What breaks float32 is cancellation: the slope between two samples is the difference of their targets over their gap, and every unit keeps its slope to the end of the range, so the sum of the units passes through ${short(found.largestSum)} before it comes back to a target; float32 keeps 24 bits of that. Each alone, the rounding of units and sums leaves ${share(sums!.result.right)} of the ${isLabels ? "labels right" : "targets met"}, of the weights w ${share(weights!.result.right)}, of the thresholds ${share(thresholds!.result.right)}; that of the projections ${share(places!.result.right)}, as it hurts only where neighbors are near. Smaller targets change nothing.`,
        ]
      : []),
    `What helps in float64: thresholds just after the sample before instead of midpoints, which pass an error of one slope on to the next undamped (largest error ${short(midpoints!.float64!.error)} with midpoints, ${short(remedies[1]!.float64!.error)} without, on the same direction). What helps in float32: finding the weights by forward substitution in float32 itself, in the order in which they will be summed, so that each weight makes up for the rounding of all before it. It needs a direction on which no two samples fall together in float32: ${apart} of the ${drawn} drawn are such for these samples, and fewer the more samples there are. The direction with the largest smallest gap instead of the first takes the largest error in float64 to ${short(remedies[2]!.float64!.error)}.`,
  ];
}

const METHOD = [
  "Theorem 1: c(x) = sum over j of w_j max(⟨a, x⟩ − b_j, 0). The samples are projected on several normal directions a, three of four orthogonal to the mean input; the one with the largest smallest gap over the range is taken, in float64 for the network of float64, in float32 for that of float32. Thresholds b interleave with the sorted projections, each 15/16 of the way back to the sample before. The weights w solve the triangular system of Lemma 1: as differences of slopes, in one pass, O(n log n + nd) in all.",
  "Float32 weights are found by the same substitution with every operation rounded to float32, O(n²/2), for samples projected in float32. They hold for sums in the order of the units, which the exported model states (ONNX’s Scan); those have the same bits on every machine that rounds as IEEE 754 says.",
  "Corollary 1: the n units are divided among k − 1 hidden layers by their place on the projection. The first layer computes the block of the largest projections, the next one the block before it, and so on; a block sees the distance to its end, so it is constant beyond. Each layer passes on the projection and the sum so far in two units each.",
  "Lemma 1 is checked on matrices turned by a random reflection, by inverse iteration and by elimination with pivoting, which do not see that the original is triangular.",
  "Float64 values are computed term by term as the formula says; float32 values by ONNX Runtime.",
];

function notesOf({ merged, depthCount, sample }: Found, { data, labels }: Asked): string[] {
  const inputs =
    data === "gaussian" ? "Inputs are standard normal." : "Inputs are pixels, 0 to 255, as they are.";
  const targets = {
    random:
      "Targets are class numbers drawn uniformly at random, as real numbers: the theorem is about functions to R.",
    true: "Targets are the true class numbers, as real numbers: the theorem is about functions to R.",
    regression: "Targets are standard normal.",
  }[labels];
  return [
    `${inputs} ${targets}`,
    ...(merged > 0
      ? [`${merged} samples are equal to another one and have the same target; they count once.`]
      : []),
    ...(depthCount < sample.count
      ? [
          `Depths were compared on the first ${whole(depthCount)} samples, to spare time; the construction is the same for all.`,
        ]
      : []),
    "Some thresholds coincide in float32 with the sample before them, where no float32 number lies between; the matrix stays triangular.",
  ];
}

function claimOf({ sample, exact, sizes, depths, depthCount }: Found): Claim {
  const { count, dimensions } = sample;
  const { error } = sizes.at(-1)!.float64;
  const deeper = depths.filter(({ depth }) => depth > 2);
  const worst = Math.max(0, ...deeper.map(({ float64 }) => float64.error));
  const isSmall = deeper.every(
    ({ width, widthBound, weights, weightBound }) => width <= widthBound && weights <= weightBound,
  );
  const checks: Check[] = [
    {
      holds: weightCount(exact) === 2 * count + dimensions && error <= REPRESENTED,
      says: `two layers have ${whole(weightCount(exact))} weights for n = ${whole(count)} and d = ${whole(dimensions)}, and are off by at most ${short(error)} of the range`,
    },
    deeper.length === DEEPEST - 2
      ? {
          holds: isSmall && worst <= REPRESENTED,
          says: `depths 3 to ${DEEPEST} for n = ${whole(depthCount)} have widths of ${whole(deeper[0]!.width)} to ${whole(deeper.at(-1)!.width)} and at most ${whole(Math.max(...deeper.map(({ weights }) => weights)))} weights, and are off by at most ${short(worst)}`,
        }
      : { holds: null, says: `depths up to ${DEEPEST}, which take ${DEEPEST - 1} samples` },
  ];
  return judgeClaim(16, checks);
}

const numbersOf = (found: Found): Unsigned["numbers"] => {
  const { sample, merged, exact, smallestEigenvalue, sizes, depths, remedies, depthCount, gap } = found;
  const all = sizes.at(-1)!;
  return {
    samples: sample.count,
    dimensions: sample.dimensions,
    merged,
    weights: weightCount(exact),
    weightNorm: weightNorm(exact),
    largestSum: found.largestSum,
    directionsApartInFloat32: found.apart,
    smallestEigenvalue,
    relativeGap: gap,
    float64Error: all.float64.error,
    float32Error: all.fitted.error,
    float32Right: all.fitted.right,
    float32OrderedRight: all.ordered.right,
    float32ProductRight: all.product.right,
    sizes: sizes.map(({ count }) => count),
    float64ErrorBySize: sizes.map(({ float64 }) => float64.error),
    float32ErrorBySize: sizes.map(({ fitted }) => fitted.error),
    float32ProductErrorBySize: sizes.map(({ product }) => product.error),
    float32ProductRightBySize: sizes.map(({ product }) => product.right),
    midpointFloat64Error: remedies[0]?.float64?.error ?? null,
    depthSamples: depthCount,
    depths: depths.map(({ depth }) => depth),
    widths: depths.map(({ width }) => width),
    weightsByDepth: depths.map(({ weights }) => weights),
    float64ErrorByDepth: depths.map(({ float64 }) => float64.error),
    float32ErrorByDepth: depths.map(({ ordered }) => ordered.error),
  };
};
