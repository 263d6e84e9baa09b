/**
 * @file The document of double descent: tables, plots and claims of random features and of widths.
 */

import { percent } from "../../base/percent.ts";
import { estimate, meanOf } from "../../base/statistics.ts";
import { exampleCount, type Splits, titleOf } from "../../data/dataset.ts";
import { type Check, type Claim, judgeClaim } from "../../document/claims.ts";
import { measure, SHARE } from "../../document/measurement.ts";
import { type Plot, pointOf, type Series } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { recipeSettings, say, sayPoints, sayWay, type Unsigned } from "../settings.ts";
import type { DescentSettings, Descents, WidthPoint } from "./double-descent.ts";
import type { DescentPoint } from "./random-features.ts";

/** Write the document. */
export function descentResult(
  splits: Splits,
  settings: DescentSettings,
  descents: readonly Descents[],
): Unsigned {
  const { n, networkN, widths, noise, recipe, seed, seeds } = settings;
  const features = descents[0]!.features.map((_, at) => descents.map((one) => one.features[at]!));
  const trained = widths.map((_, at) => descents.map((one) => one.widths[at]!));
  const [ofFeatures, ofWidths] = [featuresClaim(descents, n), widthsClaim(trained, noise)];
  return {
    schema: "shatter/theory@1",
    name: "double-descent",
    title: "Double descent: through the point where the targets are just interpolated",
    question:
      "Does the test error peak where random features just interpolate their targets, or a network's width just fits its labels, and fall again beyond?",
    findings: [sayFeatures(features, n), ofWidths.evidence.slice(0, ofWidths.evidence.indexOf(" Counts as"))],
    source: "Belkin et al., PNAS 2019; Nakkiran et al., ICLR 2020",
    method: [
      "Random features are max(<v, x - mean>, 0), v drawn evenly from the sphere; the last layer is fitted to one column a class by least squares, with the smallest weights where many fit: from as many features as examples on, these targets are interpolated, while all labels can be told right with fewer. It is equation (3) of Zhang et al. with the Gram matrix of the features, in float64; a seed's smaller numbers of features are among its larger ones.",
      `Networks have one hidden layer and are trained for ${recipe.epochs} epochs at a constant rate of ${recipe.learningRate} on labels of which ${percent(noise)} are redrawn evenly; the test labels are true.`,
      "A seed draws examples, features and first weights; intervals are Student's t over seeds.",
    ],
    notes: [
      "Belkin et al. show random Fourier features of 10,000 images of MNIST, whose test error and norm peak at 10,000 features; ours are ReLU features of fewer images. They train networks with a squared loss, and reuse the weights of narrower ones.",
      "Nakkiran et al. show convolutional networks and transformers, most of them with 5 to 20 % noise; an MLP of one hidden layer is ours.",
      "Interrupted computations begin anew.",
    ],
    settings: {
      data: titleOf(splits.train),
      n,
      networkN,
      testN: exampleCount(splits.test),
      widths: widths.join(","),
      noise,
      seed,
      seeds,
      ...recipeSettings(recipe),
    },
    tables: [featuresTable(features, n), widthsTable(trained)],
    plots: [
      errorPlot("features", "Random features", "Features", features, (point) => point.features),
      normPlot(features),
      errorPlot("widths", "Width of a network", "Units of the hidden layer", trained, ({ width }) => width),
    ],
    claims: [ofFeatures, ofWidths],
    numbers: {
      features: features.map(([one]) => one!.features),
      featuresTestError: features.map((points) => meanOf(points.map(tested))),
      featuresNorm: features.map((points) => meanOf(points.map(({ norm }) => norm))),
      widths: [...widths],
      widthsTrainError: trained.map((points) => meanOf(points.map(missed))),
      widthsTestError: trained.map((points) => meanOf(points.map(tested))),
      ...Object.fromEntries(
        descents.map((one) => [`widthsTestErrorOfSeed${one.seed}`, one.widths.map(tested)] as const),
      ),
    },
  };
}

const tested = ({ testError }: { readonly testError: number }): number => testError;
const missed = ({ trainError }: { readonly trainError: number }): number => trainError;

/** The way of the test error and the norm through as many features as examples, in a sentence. */
function sayFeatures(features: readonly (readonly DescentPoint[])[], n: number): string {
  const means = features.map((points) => ({
    count: points[0]!.features,
    testError: meanOf(points.map(tested)),
    norm: meanOf(points.map(({ norm }) => norm)),
  }));
  const least = means
    .filter(({ count }) => count < n)
    .reduce((best, one) => (one.testError < best.testError ? one : best));
  const most = means.reduce((best, one) => (one.testError > best.testError ? one : best));
  const [before, peak, last] = [least, most, means.at(-1)!].map(
    ({ testError, count, norm }) => `${percent(testError)} with ${count} (norm of the weights ${say(norm)})`,
  );
  return `Random features of ${n} examples, means over ${features[0]!.length} seeds: the test error is ${before} at best with fewer features than examples, at most ${peak}, and ${last} in the end.`;
}

/** How far from as many features as examples a peak counts as being there, relative to them. */
const NEAR = 0.1;

function featuresClaim(descents: readonly Descents[], n: number): Claim {
  const seen = descents.map(({ seed, features }) => {
    const most = (read: (point: DescentPoint) => number): DescentPoint =>
      features.reduce((best, point) => (read(point) > read(best) ? point : best));
    const isNear = (point: DescentPoint): boolean => Math.abs(point.features / n - 1) <= NEAR;
    const [peak, longest] = [most(tested), most(({ norm }) => norm)];
    const before = Math.min(...features.filter((point) => point.features < n).map(tested));
    const last = features.at(-1)!;
    return {
      holds: isNear(peak) && isNear(longest) && last.testError < before,
      says: `seed ${seed}: ${percent(before)} at best with fewer than ${n} features, ${percent(peak.testError)} with ${peak.features}, ${percent(last.testError)} with ${last.features}; norm ${say(longest.norm)} with ${longest.features}, ${say(last.norm)} with ${last.features}`,
    };
  });
  return judgeClaim(24, seen);
}

/** Training error below which a width counts as fitting its labels, on average over seeds. */
const FITTED = 0.01;

/** The share of redrawn labels that the claim is of. */
const NOISE = 0.2;

/** How many times fewer units a network has that is called narrow beside one that just fits. */
const NARROW = 4;

function widthsClaim(trained: readonly (readonly WidthPoint[])[], noise: number): Claim {
  const widthOf = ([one]: readonly WidthPoint[]): number => one!.width;
  const at = trained.find((points) => meanOf(points.map(missed)) <= FITTED);
  const narrow = at && trained.findLast((points) => NARROW * widthOf(points) <= widthOf(at));
  const widest = trained.at(-1)!;
  const missing = [
    ...(noise === NOISE ? [] : [`${percent(NOISE)} noise instead of ${percent(noise)}`]),
    ...(at ? [] : [`a width that fits ${percent(1 - FITTED)} of the labels`]),
    ...(at && !narrow ? [`a width of at most a quarter of the ${widthOf(at)} units that just fit`] : []),
    ...(at === widest ? [`a width of more than the ${widthOf(at)} units that just fit`] : []),
  ];
  if (!at || !narrow || missing.length > 0) {
    return judgeClaim(
      25,
      missing.map((says) => ({ holds: null, says })),
    );
  }
  const lower = (points: readonly WidthPoint[]): Check => {
    const more = estimate(at.map(({ testError }, seed) => testError - points[seed]!.testError));
    return {
      holds: more.low !== null && more.low > 0,
      says: `${sayWay(more, sayPoints)} the ${percent(meanOf(points.map(tested)))} of ${widthOf(points)} units`,
    };
  };
  const [before, after] = [lower(narrow), lower(widest)];
  const says = `${widthOf(at)} units are the fewest that fit 99 % of the labels; their test error of ${percent(meanOf(at.map(tested)))} is ${before.says}`;
  return judgeClaim(25, [{ ...before, says }, after]);
}

const featuresTable = (features: readonly (readonly DescentPoint[])[], n: number): Table =>
  tableOf(
    {
      name: "features",
      title: `Random features of ${n} examples`,
      caption: "Least squares, with the smallest weights where many fit; means over seeds.",
    },
    features,
    [
      field("features", "Features", ([one]) => one!.features, "count"),
      ...errorFields<DescentPoint>(),
      measuredField(
        "norm",
        "Norm of the weights",
        (points) => measure(points.map(({ norm }) => norm)),
        "number",
      ),
    ],
  );

const widthsTable = (trained: readonly (readonly WidthPoint[])[]): Table =>
  tableOf(
    {
      name: "widths",
      title: "Width of a network",
      caption: "After the last epoch, means over seeds; training errors are on the noisy labels.",
    },
    trained,
    [field("width", "Units", ([one]) => one!.width, "count"), ...errorFields<WidthPoint>()],
  );

const errorFields = <P extends { readonly trainError: number; readonly testError: number }>() => [
  measuredField<readonly P[]>(
    "train",
    "Train error",
    (points) => measure(points.map(missed), { limits: SHARE }),
    "error",
  ),
  measuredField<readonly P[]>(
    "test",
    "Test error",
    (points) => measure(points.map(tested), { limits: SHARE }),
    "error",
  ),
];

function errorPlot<P extends { readonly trainError: number; readonly testError: number }>(
  name: string,
  title: string,
  label: string,
  all: readonly (readonly P[])[],
  sizeOf: (point: P) => number,
): Plot {
  const line = (read: (point: P) => number): Series["points"] =>
    all.map((points) => pointOf(sizeOf(points[0]!), measure(points.map(read), { limits: SHARE })));
  return {
    name,
    title: `${title}: training and test error`,
    caption: "Means over seeds with 95 % intervals.",
    x: { label, unit: "count", domain: null, scale: "log" },
    y: { label: "Error", unit: "error", domain: [0, 1] },
    guides: [],
    series: [
      { title: "test", points: line(tested), paper: [] },
      { title: "training", points: line(missed), paper: [] },
    ],
  };
}

const normPlot = (features: readonly (readonly DescentPoint[])[]): Plot => ({
  name: "norm",
  title: "Random features: norm of the weights",
  caption: "Frobenius norm over all classes, means over seeds with 95 % intervals.",
  x: { label: "Features", unit: "count", domain: null, scale: "log" },
  y: { label: "Norm", unit: "number", domain: null, scale: "log" },
  guides: [],
  series: [
    {
      title: "norm",
      points: features.map((points) => pointOf(points[0]!.features, measure(points.map(({ norm }) => norm)))),
      paper: [],
    },
  ],
});
