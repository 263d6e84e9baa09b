/**
 * @file The document of kernel interpolation: method, findings, numbers and the claim.
 */

import { exampleCount, titleOf } from "../../data/dataset.ts";
import type { Claim } from "../../document/claims.ts";
import { judgeClaim } from "../../document/claims.ts";
import { describeExamples, labelings } from "../examples.ts";
import { FEATURE_UNIT, MOST_UNITS } from "../features/gram-state.ts";
import { randomConvDefaults } from "../features/random-conv.ts";
import { say, type Unsigned } from "../settings.ts";
import type { Computed } from "./computed.ts";
import type { Interpolant } from "./interpolants.ts";
import { checkNorms } from "./norms.ts";
import { isFound, lastOf, type Outcome, secondsOf } from "./outcome.ts";
import { plotsOf } from "./plots.ts";
import { errorOf, printedFor, printedOf } from "./printed.ts";
import { tablesOf } from "./tables.ts";

/** Write the document. */
export function kernelResult(given: Computed): Unsigned {
  const computed = { ...given, interpolants: foundInterpolants(given.interpolants) };
  const { request, splits, kernel, plan, solutions, norms } = computed;
  const all = solutions.flatMap((one) => one.outcomes);
  const outcomes = all.filter((one) => isFound(one, request.tolerance));
  return {
    schema: "shatter/theory@1",
    name: "kernel",
    title: "Kernel interpolation: fitting every label with a linear model",
    question:
      "How well does the minimum-norm solution generalise that fits every training label, and what is its norm when labels are random?",
    findings: [
      ...notFound(
        computed,
        all.filter((one) => !outcomes.includes(one)),
      ),
      ...findingsOf(computed, outcomes),
    ],
    source: "Section 5, equation (3), and Table 3",
    method: methodOf(computed),
    notes: notesOf(computed, outcomes, given.interpolants),
    settings: {
      data: titleOf(splits.train),
      n: exampleCount(splits.train),
      testN: exampleCount(splits.test),
      features: request.features,
      kernel: kernel.name,
      formula: kernel.formula,
      l2: request.l2.join(","),
      solver: plan.solver,
      ...(request.features === "random-conv" && { filters: request.filters.join(",") }),
      tolerance: request.tolerance,
      seed: request.seed,
    },
    tables: tablesOf(computed, outcomes, all),
    plots: plotsOf(computed, outcomes, all),
    claims: [
      ...claimsOf(computed, outcomes),
      ...(norms.length > 0 ? [judgeClaim(18, [checkNorms(norms)])] : []),
    ],
    numbers: numbersOf(computed, outcomes, given.interpolants),
  };
}

function methodOf({ request, kernel, plan, rule, precision }: Computed): string[] {
  return [
    `K a = y (equation (3)) with K_ij = k(x_i, x_j), k(x, x') = ${kernel.formula} (${kernel.source}); one column a class, 1 at the label and 0 elsewhere; answers are the class with the largest value.`,
    plan.solver === "cholesky"
      ? "A Cholesky factor in float32, computed tile by tile, only its lower triangle held, preconditions flexible conjugate gradients (Notay, 2000) on products with K in float64, until the residual is small: iterative refinement that cannot diverge. The last residual is computed anew from the solution."
      : `The factor does not fit into memory, so ${plan.kept} columns of tiles of it are kept, and the diagonal tiles of what they leave unexplained (an incomplete Cholesky factorization); it preconditions flexible conjugate gradients (Notay, 2000) on products with K in float64, until the residual is small. The last residual is computed anew from the solution.`,
    `Entries of K: ${precision}.`,
    rule,
    "The norm is that of the function in the kernel's space, the square root of a^T K a added over classes (Frobenius); the paper does not say which norm its numbers are.",
    "Random labels are one uniform draw a training example, fixed; the same factor solves for them.",
    ...(request.features === "gabor"
      ? [
          "Gabor features: see docs/theory/features.md for the bank, which was chosen on training images that were held out.",
        ]
      : []),
    ...(request.features === "random-conv"
      ? [
          `Random convolutional features (Coates and Ng, 2011; details in docs/theory/features.md): ${describeFeatures()}; their inner products are whole numbers, added up over blocks of filters. Constants were chosen on training images that were held out.`,
        ]
      : []),
  ];
}

/** @param tried - All interpolants, those that were not found included. */
function notesOf(computed: Computed, outcomes: readonly Outcome[], tried: readonly Interpolant[]): string[] {
  return [
    ...computed.notes,
    ...unsolvedNotes(computed, outcomes),
    ...tried
      .filter((one) => !computed.interpolants.includes(one))
      .map(
        ({ title, residual, n: few }) =>
          `No interpolant was found of the kind "${title}" (Section 5): on ${few} examples a relative residual of ${say(residual)} is left, as where examples are equal or nearly so.`,
      ),
    "Bandwidth, Gabor bank and random filters are not in the paper: what is taken is said under method.",
    "The interval of an error is Wilson's, for the test examples as a sample; the solution itself has nothing random in it but random labels and features.",
  ];
}

/** @param tried - All interpolants, those that were not found included. */
function numbersOf(
  computed: Computed,
  outcomes: readonly Outcome[],
  tried: readonly Interpolant[],
): Unsigned["numbers"] {
  const { splits, plan, dimensions, solutions, interpolants } = computed;
  const [n, m] = [exampleCount(splits.train), exampleCount(splits.test)];
  const [best, random] = labelings.map((labels) => lastOf(ofAll(computed, outcomes), labels));
  return {
    n,
    testN: m,
    dimensions,
    ...(best && {
      testError: best.testErrors / m,
      testErrors: best.testErrors,
      trainErrors: best.trainErrors,
      norm: best.norm,
      classNorms: [...best.classNorms],
      residual: best.residual,
      iterations: best.iterations,
    }),
    ...(random && {
      randomTestError: random.testErrors / m,
      randomTrainErrors: random.trainErrors,
      randomNorm: random.norm,
      randomClassNorms: [...random.classNorms],
      randomResidual: random.residual,
    }),
    ...curveNumbers(outcomes, m),
    ...Object.fromEntries(
      tried.map((one, index) => [
        ["leastNorm", "forcedNorm", "elsewhereNorm"][index]!,
        interpolants.includes(one) ? one.norm : null,
      ]),
    ),
    factorSeconds: secondsOf(solutions, "factor"),
    solveSeconds: secondsOf(solutions, "solve"),
    testSeconds: secondsOf(solutions, "test"),
    featureSeconds: computed.featureSeconds,
    peakBytes: computed.peak,
    plannedBytes: plan.bytes,
  };
}

/** The network of random filters, in words. */
function describeFeatures(): string {
  const { patchSize, patches, epsilon, threshold, poolSize, poolStride } = randomConvDefaults;
  return [
    `random patches of ${patchSize} x ${patchSize} pixels as filters`,
    `whitened by the covariance of ${patches.toLocaleString("en-US")} patches with ${epsilon} added to its eigenvalues`,
    `a symmetric rectifier with a threshold of ${threshold}`,
    `means over pools of ${poolSize} x ${poolSize} places at a stride of ${poolStride}`,
    `standardized, rounded to 1/${1 / FEATURE_UNIT} of a deviation and cut off at ${MOST_UNITS * FEATURE_UNIT}`,
  ].join(", ");
}

/** A share in percent, with the two decimals that errors of a percent need. */
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Solutions for all examples: those of fewer are points of curves. */
const ofAll = ({ splits }: Computed, outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({ n }) => n === exampleCount(splits.train));

/** Interpolants that are some; none where there is no minimum norm to compare with, which is the first. */
function foundInterpolants(interpolants: readonly Interpolant[]): readonly Interpolant[] {
  const found = interpolants.filter((one) => isFound(one));
  return found[0] === interpolants[0] ? found : [];
}

/** Says of which equations there is no solution, and what to do. */
function notFound({ request }: Computed, unsolved: readonly Outcome[]): string[] {
  const last = unsolved.at(-1);
  if (!last) return [];
  const { labels, l2, n, filters, iterations, residual } = last;
  const others = unsolved.length > 1 ? `, nor in ${unsolved.length - 1} other cases` : "";
  const of = `${labels} labels, n = ${n}, l2 ${l2}${filters === null ? "" : `, ${filters} filters`}`;
  const advice =
    l2 > 0
      ? "allow more --iterations, or use a larger --l2"
      : "use --l2 with a positive number if examples are equal or nearly so, another --bandwidth or --kernel, or allow more --iterations";
  return [
    `No solution was found for ${of}${others}: after ${iterations} of ${request.iterations} steps a relative residual of ${say(residual)} is left, so that errors and norms would be those of no interpolant; ${advice}.`,
  ];
}

/** Says so where conjugate gradients were out of steps before the residual was small. */
function unsolvedNotes(
  { request: { tolerance, iterations } }: Computed,
  outcomes: readonly Outcome[],
): string[] {
  const worst = Math.max(0, ...outcomes.map(({ residual }) => residual));
  if (worst <= 2 * tolerance) return [];
  return [
    `Not solved to the tolerance of ${say(tolerance)}: after ${iterations} steps a relative residual of ${say(worst)} is left; allow more --iterations, or keep more of the factor (--memory).`,
  ];
}

function curveNumbers(outcomes: readonly Outcome[], m: number): Record<string, (number | null)[]> {
  const least = Math.min(...outcomes.map(({ l2 }) => l2));
  const own = outcomes.filter(({ labels, l2 }) => labels === "true" && l2 === least);
  const random = outcomes.filter(({ labels, l2 }) => labels === "random" && l2 === least);
  return own.length < 2
    ? {}
    : {
        sizes: own.map(({ n }) => n),
        ...(own[0]!.filters !== null && { filters: own.map(({ filters }) => filters!) }),
        testErrorAt: own.map(({ testErrors }) => testErrors / m),
        normAt: own.map(({ norm }) => norm),
        randomNormAt: own.map(
          ({ n, filters }) => random.find((one) => one.n === n && one.filters === filters)?.norm ?? null,
        ),
      };
}

function findingsOf(computed: Computed, outcomes: readonly Outcome[]): string[] {
  const { splits, kernel, interpolants } = computed;
  const [best, random] = labelings.map((labels) => lastOf(ofAll(computed, outcomes), labels));
  if (!best || !random) return [];
  const { value, low, high, paper } = errorOf(computed, best);
  const all = best.trainErrors === 0 ? "every label" : `all labels but ${best.trainErrors}`;
  const fits = best.l2 === 0 ? `fits ${all} and ` : `with l2 ${best.l2} `;
  const times = best.norm > 0 ? `, ${say(random.norm / best.norm)} times as large` : "";
  const filters = best.filters === null ? "" : `, ${best.filters.toLocaleString("en-US")} random filters`;
  const list = [
    `The ${kernel.name} kernel on ${describeExamples(splits.train)}${filters}: it ${fits}errs on ${percent(value!)} of the test examples (${percent(low!)} to ${percent(high!)})${paper === null ? "" : `; the paper: ${percent(paper)}`}.`,
    `The norm of the solution is ${say(best.norm)} for true labels and ${say(random.norm)} for random ones${times}; random labels are fitted ${random.trainErrors <= best.trainErrors ? "just" : "not"} as well (training errors: ${random.trainErrors}) and teach nothing: ${percent(random.testErrors / exampleCount(splits.test))} test error.`,
    `The largest relative residual of all right-hand sides is ${say(Math.max(best.residual, random.residual))}, in float64.`,
  ];
  for (const other of computed.request.l2.filter((l2) => l2 !== best.l2)) {
    const ridge = outcomes.filter(({ labels, l2 }) => labels === "true" && l2 === other).at(-1);
    if (ridge) {
      const said = errorOf(computed, ridge);
      list.push(
        `With l2 ${other} the test error is ${percent(said.value!)}${said.paper === null ? "" : ` (the paper: ${percent(said.paper)})`}, the training error ${percent(ridge.trainErrors / ridge.n)}.`,
      );
    }
  }
  const [least, ...others] = interpolants;
  if (least && others.length > 0) {
    list.push(
      `Of ${least.n} examples, interpolants of the same labels that do not generalise: ${others.map(({ title, norm, testErrors, tests }) => `${title}, norm ${say(norm)} and ${percent(testErrors / tests)} test error`).join("; ")}. The minimum norm is ${say(least.norm)}, with ${percent(least.testErrors / least.tests)}.`,
    );
  }
  return list;
}

function claimsOf(computed: Computed, outcomes: readonly Outcome[]): Claim[] {
  const printed = printedOf(computed);
  if (!printed) return [];
  const same = outcomes.filter((one) => one.l2 === 0 && printedFor(computed, one)).at(-1);
  const setting = `${titleOf(computed.splits.train)}, features ${computed.request.features}`;
  if (!same) {
    const size =
      printed.filters === undefined ? `n = ${printed.n}` : `n = ${printed.n}, ${printed.filters} filters`;
    return [judgeClaim(17, [{ holds: null, says: `${setting} at the paper's size, ${size}` }])];
  }
  const error = same.testErrors / exampleCount(computed.splits.test);
  return [
    judgeClaim(17, [
      {
        holds: same.trainErrors === 0 && error <= printed.error + printed.margin,
        says: `${setting}: ${same.trainErrors} training errors, test error ${percent(error)}, the paper ${percent(printed.error)}`,
      },
    ]),
  ];
}
