/**
 * @file The document of measures: their rank correlation with the test error, and whether they see that labels are random.
 */

import { FEWEST_FOR_TAU } from "../../base/kendall.ts";
import { percent } from "../../base/percent.ts";
import { wilsonInterval } from "../../base/shares.ts";
import type { Estimate } from "../../base/statistics.ts";
import { exampleCount, type Splits, titleOf } from "../../data/dataset.ts";
import { type Measurement, measure } from "../../document/measurement.ts";
import { type Plot, plainPoint } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { say, type Unsigned } from "../settings.ts";
import { sharpnessClaim, shatterClaim, signsClaim } from "./claims.ts";
import {
  compare,
  type Judged,
  judgeMeasures,
  type Name,
  NO_PAIRS,
  type Pair,
  pairsOf,
  sayTau,
  titles,
} from "./judged.ts";
import { choices, type Drawn, type Fitted, type MeasuresSettings } from "./measures.ts";

/** Write the document. */
export function measuresResult(
  splits: Splits,
  settings: MeasuresSettings,
  drawn: readonly Drawn[],
): Unsigned {
  const { recipe, loss, networks, seed } = settings;
  const compared = compare(drawn);
  const { fitted, errors } = compared;
  const pairs = pairsOf(drawn);
  const judged = judgeMeasures(compared, pairs);
  const best = judged.reduce((most, one) => (one.tau.mean > most.tau.mean ? one : most));
  const sayWithin = ({ within }: Judged): string => (within ? sayTau(within) : "none to compare");
  return {
    schema: "shatter/theory@1",
    name: "measures",
    title: "Measures of generalization: what a trained network says of its test error",
    question: "Do training time, norms, margin and sharpness tell which network generalizes?",
    findings: [
      `${fitted.length} of ${networks} networks fit their labels to ${say(loss)} nats, with test errors from ${percent(Math.min(...errors))} to ${percent(Math.max(...errors))}. ${titles[best.name]} has the largest Kendall's tau with them, ${sayTau(best.tau)}; among networks of equal layers and units: ${sayWithin(best)}.`,
      `Tau over all networks: ${listOf(judged, ({ tau }) => sayTau(tau))}.`,
      `Tau among networks of equal layers and units: ${listOf(judged, sayWithin)}.`,
      pairs.length === 0
        ? `On random labels: ${NO_PAIRS}.`
        : `Larger on random than on true labels, of ${pairs.length} pairs: ${listOf(judged, ({ seen }) => String(seen))}.`,
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
      `Among networks of equal layers and units only pairs that agree in both count, as Jiang et al. hold hyperparameters fixed; the interval is again the jackknife's. Fewer than ${FEWEST_FOR_TAU} networks have no interval, and reproduce no claim; nor has tau one where all pairs agree.`,
      "In pairs the same network is trained from the same weights on true and on random labels; a measure of generalization has to be larger on random ones. Intervals of shares are Wilson's.",
    ],
    notes: [
      "Jiang et al. train 10,000 convolutional networks, and find sharpness among the best of 40 measures and norms among those that fail; whatever differs between our few hyperparameters decides the order here.",
      "Tau over all networks is in part of their shapes: how many layers and units they have can order measures and test errors alike. What a measure says beyond the shape is in tau among networks of equal layers and units.",
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
    claims: [shatterClaim(splits, drawn), sharpnessClaim(compared), signsClaim(judged)],
    numbers: {
      networks: fitted.length,
      pairs: pairs.length,
      testErrors: [...errors],
      ...Object.fromEntries(
        judged.flatMap(({ name, tau, within, seen }) => [
          ...tauNumbers(`${name}Tau`, tau),
          ...tauNumbers(`${name}TauWithin`, within),
          [`${name}Seen`, seen],
        ]),
      ),
    },
  };
}

const listOf = (judged: readonly Judged[], what: (one: Judged) => string): string =>
  judged.map((one) => `${titles[one.name].toLowerCase()} ${what(one)}`).join("; ");

const tauNumbers = (name: string, tau: Estimate | null): [string, number | null][] => [
  [name, tau?.mean ?? null],
  [`${name}Low`, tau?.low ?? null],
  [`${name}High`, tau?.high ?? null],
];

const given = (tau: Estimate | null): Measurement =>
  tau ? { ...measure([tau.mean]), low: tau.low, high: tau.high, n: tau.n } : measure([]);

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
        "Kendall's tau with the test error over networks on true labels, and over pairs of them with equal layers and units; and the share of pairs in which the measure is larger on random labels than on true ones.",
    },
    judged,
    [
      field("measure", "Measure", ({ name }) => titles[name]),
      measuredField("tau", "Kendall's tau", ({ tau }) => given(tau), "number"),
      measuredField("within", "Tau, equal layers and units", ({ within }) => given(within), "number"),
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
