/**
 * @file The document of memorization: tables, plots and claims of trainings on data with and without something to learn.
 */

import { percent } from "../../base/percent.ts";
import { type Estimate, estimate, meanOf } from "../../base/statistics.ts";
import { exampleCount, type Splits, titleOf } from "../../data/dataset.ts";
import { type Check, judgeClaim } from "../../document/claims.ts";
import { measure, SHARE } from "../../document/measurement.ts";
import { type Plot, pointOf } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { named, recipeSettings, sayEstimate, sayPoints, sayWay, type Unsigned } from "../settings.ts";
import { type Course, type Kind, kinds, type MemorizationSettings } from "./memorization.ts";

type Of = (kind: Kind, dropout?: number) => readonly Course[];

const last = ({ gini }: Course): number => gini.at(-1)!;
const trained = ({ trainAccuracy }: Course): number => trainAccuracy;
const tested = ({ testAccuracy }: Course): number => testAccuracy;

/** Differences of two trainings of each seed. */
const paired = (a: readonly Course[], b: readonly Course[], read: (course: Course) => number): number[] =>
  a.map((course, at) => read(course) - read(b[at]!));

/** Mean training accuracy on random labels, without dropout, from which on they count as memorized. */
const MEMORIZED = 0.95;

/** Write the document. */
export function memorizationResult(
  splits: Splits,
  settings: MemorizationSettings,
  courses: readonly Course[],
): Unsigned {
  const { model, recipe, rates, seed, seeds } = settings;
  const of: Of = (kind, dropout = 0) =>
    courses.filter((course) => course.kind === kind && course.dropout === dropout);
  const unequal = (["random labels", "noise"] as const).map(
    (kind) => [kind, estimate(paired(of("true"), of(kind), last))] as const,
  );
  const strongest = rates.at(-1)!;
  const forgotten = paired(of("random labels"), of("random labels", strongest), trained);
  const unlearned = paired(of("true"), of("true", strongest), tested);
  const hindered = estimate(forgotten.map((lost, at) => lost - unlearned[at]!));
  const sayUnequal = unequal.map(
    ([kind, difference]) => `that on true data is ${sayWay(difference, sayEstimate)} that on ${kind}`,
  );
  const sayHindered = `dropout of ${strongest} makes training accuracy on random labels ${sayLoss(estimate(forgotten))} and test accuracy on true ones ${sayLoss(estimate(unlearned))}: memorizing loses ${sayWay(hindered, sayPoints, ["more", "less"])} than learning`;
  const less = unequal.map(([, difference]) => difference);
  return {
    schema: "shatter/theory@1",
    name: "memorization",
    title: "Memorization: what differs where there is nothing to learn",
    question:
      "Are examples of real data more unequal to a network than those of random data, and does dropout hinder memorizing more than learning?",
    findings: [
      `The Gini coefficient of the loss-sensitivity after ${recipe.epochs} epochs: ${sayUnequal.join("; ")}.`,
      `What is hindered: ${sayHindered}.`,
    ],
    source: "Krueger et al., ICLR 2017 workshop; Arpit et al., ICML 2017",
    method: [
      "The loss-sensitivity of a training example is the sum of the absolute gradient of its loss by its input, without dropout, averaged over the epochs so far (Arpit et al. average over steps); its Gini coefficient is over examples: 0 where all are alike, near 1 where few have nearly all.",
      "Random labels are drawn evenly; noise is Gaussian pixels with the mean and deviation of the data, under the true labels.",
      "Differences are of trainings of one seed, which start from the same weights and see their examples in the same order; intervals are Student's t over seeds.",
    ],
    notes: [
      "The sources print curves and no table: real data have the higher Gini coefficient throughout training, and dropout, of the regularizers that they try, hinders fitting noise most without a loss on real data.",
      "Their networks, data and numbers of steps differ: Arpit et al. train on 1,000 images of MNIST of 14 x 14 pixels for the first, and on CIFAR-10 and MNIST for the second.",
      "Interrupted computations begin anew.",
    ],
    settings: {
      data: titleOf(splits.train),
      model: model.name,
      n: exampleCount(splits.train),
      testN: exampleCount(splits.test),
      rates: rates.join(","),
      seed,
      seeds,
      ...recipeSettings(recipe),
    },
    tables: [kindsTable(of), dropoutTable(of, rates)],
    plots: [giniPlot(of), dropoutPlot(of, rates, splits.train.classNames.length)],
    claims: [
      judgeClaim(20, ...found(of, less, `the Gini coefficient: ${sayUnequal.join(", and ")}`)),
      judgeClaim(21, ...found(of, [hindered], sayHindered)),
    ],
    numbers: Object.fromEntries([
      ...unequal.flatMap(([kind, { mean, low, high }]) =>
        named(kind === "noise" ? "noise" : "randomLabels", { Less: mean, LessLow: low, LessHigh: high }),
      ),
      ...named("hindered", { Mean: hindered.mean, Low: hindered.low, High: hindered.high }),
      ...(Object.keys(kinds) as Kind[]).map(
        (kind) =>
          [kind === "random labels" ? "randomLabelsGini" : `${kind}Gini`, of(kind).map(last)] as const,
      ),
    ]),
  };
}

const sayLoss = (loss: Estimate): string => sayWay(loss, sayPoints, ["lower", "higher"]);

/** What a claim of differences above 0 needs; networks that do not memorize do not test it, and what was found beside is told. */
function found(of: Of, differences: readonly Estimate[], says: string): [Check[], string[]] {
  const memorized = meanOf(of("random labels").map(trained));
  const holds = differences.every(({ low }) => low !== null && low > 0);
  if (memorized >= MEMORIZED) return [[{ holds, says }], []];
  const missing = `memorization: ${percent(memorized)} of random labels are fitted without dropout, and it takes ${percent(MEMORIZED)}`;
  return [[{ holds: null, says: missing }], [says]];
}

const kindsTable = (of: Of): Table =>
  tableOf(
    {
      name: "sensitivity",
      title: "How unequal examples are to the network",
      caption: "After the last epoch, without dropout, means over seeds.",
    },
    Object.keys(kinds) as Kind[],
    [
      field("kind", "Data", (kind) => kind),
      measuredField(
        "gini",
        "Gini coefficient",
        (kind) => measure(of(kind).map(last), { limits: SHARE }),
        "number",
      ),
      measuredField(
        "train",
        "Train accuracy",
        (kind) => measure(of(kind).map(trained), { limits: SHARE }),
        "share",
      ),
      measuredField(
        "test",
        "Test accuracy",
        (kind) => measure(of(kind).map(tested), { limits: SHARE }),
        "share",
      ),
    ],
  );

const dropoutTable = (of: Of, rates: readonly number[]): Table =>
  tableOf(
    {
      name: "dropout",
      title: "What dropout hinders",
      caption: "After the last epoch, means over seeds; what is lost is of trainings of one seed.",
    },
    [0, ...rates],
    [
      field("dropout", "Dropout", (rate) => rate, "ratio"),
      ...(
        [
          ["memorized", "Train accuracy", "random labels", trained],
          ["learned", "Test accuracy", "true", tested],
        ] as const
      ).flatMap(([key, title, kind, read]) => [
        measuredField<number>(
          key,
          `${title}, ${kind === "true" ? "true labels" : kind}`,
          (rate) => measure(of(kind, rate).map(read), { limits: SHARE }),
          "share",
        ),
        measuredField<number>(
          `${key}Lost`,
          `${title} lost`,
          (rate) => measure(paired(of(kind), of(kind, rate), read)),
          "share",
        ),
      ]),
    ],
  );

const giniPlot = (of: Of): Plot => ({
  name: "sensitivity",
  title: "Gini coefficient of the loss-sensitivity",
  caption: "Of the mean over the epochs so far, means over seeds with 95 % intervals.",
  x: { label: "Epochs", unit: "epochs", domain: null },
  y: { label: "Gini coefficient", unit: "number", domain: [0, 1] },
  guides: [],
  series: (Object.keys(kinds) as Kind[]).map((kind) => ({
    title: kind,
    points: of(kind)[0]!.gini.map((_, at) =>
      pointOf(
        at + 1,
        measure(
          of(kind).map(({ gini }) => gini[at]!),
          { limits: SHARE },
        ),
      ),
    ),
    paper: [],
  })),
});

const dropoutPlot = (of: Of, rates: readonly number[], classes: number): Plot => ({
  name: "dropout",
  title: "What dropout hinders",
  caption: `Accuracy after the last epoch, means over seeds with 95 % intervals; of random labels guessing has ${percent(1 / classes)} among ${classes} classes.`,
  x: { label: "Dropout", unit: "ratio", domain: null },
  y: { label: "Accuracy", unit: "share", domain: [0, 1] },
  guides: [],
  series: (
    [
      ["train, random labels", "random labels", trained],
      ["test, true labels", "true", tested],
    ] as const
  ).map(([title, kind, read]) => ({
    title,
    points: [0, ...rates].map((rate) => pointOf(rate, measure(of(kind, rate).map(read), { limits: SHARE }))),
    paper: [],
  })),
});
