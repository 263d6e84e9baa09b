/**
 * @file Probably wrong labels on CIFAR-10's noisy ones, beside published figures: the record records/2026-11-28_label-noise.
 *
 * `node scripts/label-noise.ts TRUTH DATA ANSWERS OUT [FILTERS] [L2,L2,...]`: TRUTH is the folder of labels, DATA the one that
 * CIFAR-10 lies in, ANSWERS where held-out answers are kept (those that are there are not computed again), OUT where
 * `label-noise.json` and `table.md` go. True labels score, and nothing else.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calibrate, meanLoss } from "../src/audit/labels/calibrate.ts";
import {
  confidentJoint,
  type HeldOut,
  normalizedMargin,
  selections,
  selectWrong,
  selfConfidence,
} from "../src/audit/labels/confident-learning.ts";
import { featuresOf } from "../src/audit/labels/features.ts";
import { drawFolds } from "../src/audit/labels/folds.ts";
import { heldOutRidge } from "../src/audit/labels/ridge.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { openEngine } from "../src/train/engine.ts";
import { averagePrecision, bestF1, f1Of, rankAuc, spearman } from "./rankings.ts";

const [truth, data, answersFolder, out, filtersAsked = "384", l2Asked = "0.01,0.03,0.1"] =
  process.argv.slice(2);
if (out === undefined) throw new Error("expected: TRUTH DATA ANSWERS OUT [FILTERS] [L2,L2,...]");
const [filters, l2] = [Number(filtersAsked), l2Asked.split(",").map(Number)];
const [N, CLASSES, FOLDS, THREADS] = [50_000, 10, 4, 2];

const read = (file: string, at = 0): Int32Array =>
  Int32Array.from(readFileSync(join(truth!, file)).subarray(at * N, (at + 1) * N));
const official = read("cifar10-labels.u8");
const scores = new Float32Array(readFileSync(join(truth!, "cifar10-cscores.f32")).buffer.slice(0));
const sets = {
  "synthetic 20 %": read("cifar10-noisy-0.2.u8"),
  "synthetic 40 %": read("cifar10-noisy-0.4.u8"),
  "CIFAR-10N aggregate": read("cifar10n-train.u8", 0),
  "CIFAR-10N random 1": read("cifar10n-train.u8", 2),
  "CIFAR-10N worst": read("cifar10n-train.u8", 1),
  "official labels": official,
};

/** Held-out answers by l2 and labels, computed unless they are kept. */
async function answersOf(): Promise<Float32Array[][]> {
  const places = l2.map((each) =>
    Object.keys(sets).map((name) =>
      join(answersFolder!, `${filters}_${each}_${name.replace(/\W+/g, "-")}.f32`),
    ),
  );
  if (places.flat().every((path) => existsSync(path))) {
    return places.map((row) =>
      row.map((path) => {
        const bytes = readFileSync(path);
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      }),
    );
  }
  mkdirSync(answersFolder!, { recursive: true });
  const began = performance.now();
  const onProgress = (done: number, total: number, what: string): void =>
    console.error(
      `${Math.round((performance.now() - began) / 1000)} s: ${what} ${Math.round(done)} of ${total}`,
    );
  const { train } = await loadDataset("cifar10", { dataDir: data! });
  const engine = await openEngine(runtime, "cpu", THREADS);
  const features = await featuresOf(engine, train, { filters, mirrored: true, seed: 0 }, { onProgress });
  // One division serves all labels, so it knows none of them.
  const folds = drawFolds({ labels: new Int32Array(N), classes: 1 }, FOLDS, 0);
  const asked = Object.values(sets).map((labels) => ({ labels, classes: CLASSES }));
  const answers = await heldOutRidge(engine, features, asked, { folds, l2 }, { onProgress });
  for (const [at, row] of places.entries())
    for (const [set, path] of row.entries()) writeFileSync(path, answers[at]![set]!);
  const { user, system } = process.cpuUsage();
  writeFileSync(
    join(answersFolder!, `${filters}_cost.json`),
    JSON.stringify({
      seconds: Math.round((performance.now() - began) / 1000),
      processorSeconds: Math.round((user + system) / 1e6),
      threads: THREADS,
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
  return answers;
}

/**
 * `[count]`: probability that the true class is the given one, where the joint says how true classes are given: what true
 * classes would make the predicted given ones likeliest (Richardson and Lucy's iteration; the correction of Patrini et al.,
 * CVPR 2017, turned about).
 */
function correctedConfidence({ labels, classes, probabilities }: HeldOut, joint: Float64Array): Float64Array {
  const column = Array.from({ length: classes }, (_, truth) =>
    Array.from({ length: classes }, (_, given) => joint[given * classes + truth]!).reduce((a, b) => a + b, 0),
  );
  const likelihood = joint.map((share, at) => share / Math.max(column[at % classes]!, Number.MIN_VALUE));
  return Float64Array.from(labels, (label, row) => {
    let belief = new Float64Array(classes).fill(1 / classes);
    for (let step = 0; step < 50; step++) {
      const ratio = new Float64Array(classes);
      for (let given = 0; given < classes; given++) {
        let expected = 0;
        for (let truth = 0; truth < classes; truth++)
          expected += likelihood[given * classes + truth]! * belief[truth]!;
        ratio[given] = probabilities[row * classes + given]! / Math.max(expected, 1e-9);
      }
      belief = belief.map((share, truth) => {
        let sum = 0;
        for (let given = 0; given < classes; given++)
          sum += likelihood[given * classes + truth]! * ratio[given]!;
        return share * sum;
      });
      const all = belief.reduce((a, b) => a + b, 0);
      belief = belief.map((share) => share / all);
    }
    return belief[label]!;
  });
}

const answers = await answersOf();
const rows = Object.entries(sets).map(([name, labels], set) => {
  const given = { labels, classes: CLASSES };
  // The penalty is chosen by the noisy labels themselves.
  const tried = l2.map((each, at) => {
    const probabilities = calibrate(answers[at]![set]!, given);
    return { l2: each, probabilities, loss: meanLoss(probabilities, given) };
  });
  const { probabilities, l2: penalty } = tried.toSorted((a, b) => a.loss - b.loss)[0]!;
  const heldOut: HeldOut = { ...given, probabilities };
  const wrong = labels.map((label, row) => Number(label !== official[row]));
  const confidence = selfConfidence(heldOut);
  const joint = confidentJoint(heldOut);
  const accuracy = (against: Int32Array): number => {
    let hits = 0;
    for (let row = 0; row < N; row++) {
      const own = probabilities.subarray(row * CLASSES, (row + 1) * CLASSES);
      if (own.indexOf(Math.max(...own)) === against[row]) hits++;
    }
    return hits / N;
  };
  const facts = {
    labels: name,
    noise: wrong.reduce((sum, each) => sum + each, 0) / N,
    estimatedNoise: joint.noise,
    l2: penalty,
    accuracyOnGiven: accuracy(labels),
    accuracyOnTrue: accuracy(official),
    cScoreSpearman: spearman(confidence, scores),
  };
  if (facts.noise === 0) return facts;
  const doubt = confidence.map((each) => -each);
  const corrected = correctedConfidence(heldOut, joint.joint).map((each) => -each);
  return {
    ...facts,
    averagePrecision: averagePrecision(doubt, wrong),
    auroc: rankAuc(doubt, wrong),
    bestF1: bestF1(doubt, wrong),
    corrected: {
      averagePrecision: averagePrecision(corrected, wrong),
      auroc: rankAuc(corrected, wrong),
      bestF1: bestF1(corrected, wrong),
    },
    averagePrecisionMargin: averagePrecision(
      normalizedMargin(heldOut).map((each) => -each),
      wrong,
    ),
    selections: Object.fromEntries(
      selections.map((how) => [how, f1Of(selectWrong(heldOut, joint, how), wrong)]),
    ),
  };
});

const costPath = join(answersFolder!, `${filters}_cost.json`);
const cost = existsSync(costPath) ? JSON.parse(readFileSync(costPath, "utf8")) : null;
mkdirSync(out, { recursive: true });
writeFileSync(
  join(out, "label-noise.json"),
  `${JSON.stringify({ filters, folds: FOLDS, l2, cost, rows }, null, 2)}\n`,
);
const three = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(3));
const head = [
  "labels",
  "noise",
  "estimated",
  "AUPRC",
  "AUROC",
  "best F1",
  "AUPRC, corrected",
  "best F1, corrected",
  ...selections,
  "right",
  "C-score",
];
const lines = rows.map((row) =>
  [
    row.labels,
    three(row.noise),
    three(row.estimatedNoise),
    ...("auroc" in row
      ? [
          row.averagePrecision,
          row.auroc,
          row.bestF1.f1,
          row.corrected.averagePrecision,
          row.corrected.bestF1.f1,
          ...selections.map((how) => row.selections[how]!.f1),
        ].map(three)
      : ["", "", "", "", "", ...selections.map(() => "")]),
    three(row.accuracyOnTrue),
    three(row.cScoreSpearman),
  ].join(" | "),
);
const table = [head.join(" | "), head.map((_, at) => (at === 0 ? "---" : "---:")).join(" | "), ...lines];
writeFileSync(join(out, "table.md"), `${table.map((line) => `| ${line} |`).join("\n")}\n`);
console.log(table.join("\n"));
