/**
 * @file The document of measures: their rank correlation with the test error, and whether they see that labels are random.
 */

import { kendallTau } from "../../base/kendall.ts";
import { percent } from "../../base/percent.ts";
import { wilsonInterval } from "../../base/shares.ts";
import { type Estimate, meanOf } from "../../base/statistics.ts";
import { exampleCount, type Splits, titleOf } from "../../data/dataset.ts";
import { CHANCE_MARGIN, type Claim, judgeClaim } from "../../document/claims.ts";
import { type Measurement, measure } from "../../document/measurement.ts";
import { type Plot, plainPoint } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { say, sayEstimate, type Unsigned } from "../settings.ts";
import { choices, type Drawn, type Fitted, type MeasuresSettings } from "./measures.ts";

/** The measures, in the order of the table. */
const titles = {
  epochs: "Epochs to fit",
  norm: "Norm",
  pathNorm: "Path norm",
  margin: "Inverse squared margin",
  sharpness: "Sharpness",
  relativeSharpness: "Relative sharpness",
} as const satisfies Partial<Record<keyof Fitted, string>>;

type Name = keyof typeof titles;

/** A measure and what came out. */
interface Judged {
  readonly name: Name;
  readonly tau: Estimate;
  /** Pairs in which it is larger on random labels. */
  readonly seen: number;
  readonly pairs: readonly Pair[];
}

type Pair = { readonly truth: Fitted; readonly random: Fitted };

/** Write the document. */
export function measuresResult(
  splits: Splits,
  settings: MeasuresSettings,
  drawn: readonly Drawn[],
): Unsigned {
  const { recipe, loss, networks, seed } = settings;
  const fitted = drawn.flatMap(({ truth }) => truth ?? []);
  const pairs = drawn.flatMap(({ truth, random }) => (truth && random ? [{ truth, random }] : []));
  const judged = (Object.keys(titles) as Name[]).map(
    (name): Judged => ({
      name,
      tau: kendallTau(
        fitted.map((one) => one[name]),
        fitted.map(({ testError }) => testError),
      ),
      seen: pairs.filter(({ truth, random }) => random[name] > truth[name]).length,
      pairs,
    }),
  );
  const errors = fitted.map(({ testError }) => testError);
  return {
    schema: "shatter/theory@1",
    name: "measures",
    title: "Measures of generalization: what a trained network says of its test error",
    question: "Do training time, norms, margin and sharpness tell which network generalizes?",
    findings: [
      `${fitted.length} of ${networks} networks fit their labels to ${say(loss)} nats, with test errors from ${percent(Math.min(...errors))} to ${percent(Math.max(...errors))}. Kendall's tau with the test error: ${judged.map(({ name, tau }) => `${titles[name].toLowerCase()} ${sayTau(tau)}`).join("; ")}.`,
      `Larger on random than on true labels, of ${pairs.length} pairs: ${judged.map(({ name, seen }) => `${titles[name].toLowerCase()} ${seen}`).join(", ")}.`,
    ],
    source: "Jiang et al., ICLR 2020",
    method: [
      `Each network has hyperparameters of its own, drawn evenly from ${Object.entries(choices)
        .map(([name, values]) => `${name} ${values.join(", ")}`)
        .join(
          "; ",
        )}; it is trained until its training loss is ${say(loss)} nats, for ${recipe.epochs} epochs at most, at a constant rate. Those that do not come to it are left out, as in Jiang et al.`,
      "Norm: sum of squared parameters. Path norm: root of the sum over paths of products of squares (Neyshabur, Tomioka and Srebro, 2015). Inverse squared margin: of the tenth percentile of training margins. Sharpness: 1 / s^2, where Gaussian noise of deviation s on all parameters costs 10 points of training accuracy; relative: of s times each parameter's size.",
      "Kendall's tau counts pairs of networks that measure and test error put in the same order less those in the opposite one; its interval is the jackknife's over networks, which are independent draws but for their data.",
      "In pairs the same network is trained from the same weights on true and on random labels; a measure of generalization has to be larger on random ones. Intervals of shares are Wilson's.",
    ],
    notes: [
      "Jiang et al. train 10,000 convolutional networks, and find sharpness among the best of 40 measures and norms among those that fail; whatever differs between our few hyperparameters decides the order here.",
      "Every network is asked the same test examples, so tau is of these; the training examples are the same, too.",
      "Interrupted computations begin anew.",
    ],
    settings: {
      data: titleOf(splits.train),
      n: exampleCount(splits.train),
      testN: exampleCount(splits.test),
      networks,
      pairs: settings.pairs,
      loss,
      seed,
      epochs: recipe.epochs,
      momentum: recipe.momentum,
      preprocess: recipe.preprocess,
    },
    tables: [measuresTable(judged), networksTable(drawn)],
    plots: judged.map(({ name }) => measurePlot(name, fitted, pairs)),
    claims: [shatterClaim(splits, drawn), sharpnessClaim(judged), signsClaim(judged)],
    numbers: {
      networks: fitted.length,
      pairs: pairs.length,
      testErrors: errors,
      ...Object.fromEntries(
        judged.flatMap(({ name, tau: { mean, low, high }, seen }) => [
          [`${name}Tau`, mean],
          [`${name}TauLow`, low],
          [`${name}TauHigh`, high],
          [`${name}Seen`, seen],
        ]),
      ),
    },
  };
}

const sayTau = (tau: Estimate): string => sayEstimate({ ...tau, mean: Number(tau.mean.toFixed(3)) });

function shatterClaim(splits: Splits, drawn: readonly Drawn[]): Claim {
  const tried = drawn.filter(({ truth, random }) => truth && random !== undefined);
  const both = tried.flatMap(({ truth, random }) => (truth && random ? [{ truth, random }] : []));
  if (both.length === 0)
    return judgeClaim(19, [{ holds: null, says: "networks that fit both kinds of labels" }]);
  const accuracy = 1 - meanOf(both.map(({ random }) => random.testError));
  const chance = 1 / splits.train.classNames.length;
  const slower = meanOf(both.map(({ truth, random }) => random.epochs / truth.epochs));
  return judgeClaim(19, [
    {
      holds: both.length === tried.length,
      says: `${both.length} of ${tried.length} networks that fit true labels fit random ones too, in ${slower.toFixed(1)} times the epochs on average`,
    },
    {
      holds: Math.abs(accuracy - chance) <= CHANCE_MARGIN,
      says: `their mean test accuracy is then ${percent(accuracy)}, chance ${percent(chance)}`,
    },
  ]);
}

const isSharpness = ({ name }: Judged): boolean => name === "sharpness" || name === "relativeSharpness";
const isNorm = ({ name }: Judged): boolean => name === "norm" || name === "pathNorm";

function sharpnessClaim(judged: readonly Judged[]): Claim {
  const best = (some: readonly Judged[]): Judged =>
    some.reduce((one, other) => (other.tau.mean > one.tau.mean ? other : one));
  const [sharp, norm] = [best(judged.filter(isSharpness)), best(judged.filter(isNorm))];
  return judgeClaim(22, [
    {
      holds: sharp.tau.low !== null && sharp.tau.low > 0 && sharp.tau.mean > norm.tau.mean,
      says: `tau of ${titles[sharp.name].toLowerCase()} is ${sayTau(sharp.tau)}, of ${titles[norm.name].toLowerCase()} ${sayTau(norm.tau)}`,
    },
  ]);
}

const signsClaim = (judged: readonly Judged[]): Claim =>
  judgeClaim(
    23,
    judged
      .filter((one) => one.name === "epochs" || isSharpness(one))
      .map(({ name, seen, pairs }) => ({
        holds: pairs.length === 0 ? null : seen === pairs.length,
        says: `${titles[name].toLowerCase()} is larger on random labels in ${seen} of ${pairs.length} pairs`,
      })),
    judged
      .filter((one) => one.name !== "epochs" && !isSharpness(one))
      .map(({ name, seen }) => `${titles[name].toLowerCase()} in ${seen}`),
  );

const given = ({ mean, low, high, n }: Estimate): Measurement => ({
  ...measure([mean]),
  low,
  high,
  n,
});

/** A share with Wilson's interval. */
function shareOf(hits: number, count: number): Measurement {
  if (count === 0) return measure([]);
  const [low, high] = wilsonInterval(hits, count);
  return { ...measure([hits / count]), low, high, n: count };
}

const measuresTable = (judged: readonly Judged[]): Table =>
  tableOf(
    {
      name: "measures",
      title: "Measures and the test error",
      caption:
        "Kendall's tau over networks on true labels; and the share of pairs in which the measure is larger on random labels than on true ones.",
    },
    judged,
    [
      field("measure", "Measure", ({ name }) => titles[name]),
      measuredField("tau", "Kendall's tau", ({ tau }) => given(tau), "number"),
      measuredField(
        "seen",
        "Larger on random labels",
        ({ seen, pairs }) => shareOf(seen, pairs.length),
        "share",
      ),
    ],
  );

const networksTable = (drawn: readonly Drawn[]): Table =>
  tableOf(
    {
      name: "networks",
      title: "Every network",
      caption:
        "On true labels, and on random ones where they were tried; empty where its labels were not fitted.",
    },
    drawn.flatMap(({ network, truth, random }, at) => [
      { at, network, labels: "true", fitted: truth },
      ...(random === undefined ? [] : [{ at, network, labels: "random", fitted: random }]),
    ]),
    [
      field("at", "Network", ({ at }) => at + 1, "count"),
      field("labels", "Labels", ({ labels }) => labels),
      ...(Object.keys(choices) as (keyof typeof choices)[]).map((name) =>
        field<{ readonly network: Drawn["network"] }>(name, name, ({ network }) => network[name], "ratio"),
      ),
      field("testError", "Test error", ({ fitted }) => fitted?.testError, "error"),
      ...(Object.keys(titles) as Name[]).map((name) =>
        field<{ readonly fitted: Fitted | null }>(
          name,
          titles[name],
          ({ fitted }) => fitted?.[name],
          name === "epochs" ? "epochs" : "number",
        ),
      ),
    ],
  );

function measurePlot(name: Name, fitted: readonly Fitted[], pairs: readonly Pair[]): Plot {
  const series = (title: string, some: readonly Fitted[]): Plot["series"][number] => ({
    title,
    points: some.toSorted((a, b) => a[name] - b[name]).map((one) => plainPoint(one[name], one.testError)),
    paper: [],
  });
  return {
    name: `measures-${name.toLowerCase()}`,
    title: `Test error and ${titles[name].toLowerCase()}`,
    caption: "A point a network that fits its training labels.",
    x: { label: titles[name], unit: name === "epochs" ? "epochs" : "number", domain: null, scale: "log" },
    y: { label: "Test error", unit: "error", domain: [0, 1] },
    guides: [],
    series: [
      series("true labels", fitted),
      series(
        "random labels",
        pairs.map(({ random }) => random),
      ),
    ],
  };
}
