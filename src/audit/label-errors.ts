/**
 * @file Section of an audit: labels that are probably wrong, by confident learning on held-out predictions.
 */

import { percent } from "../base/percent.ts";
import { halfWidth } from "../base/statistics.ts";
import { type Dataset, exampleCount, exampleShape, isImages } from "../data/dataset.ts";
import { field, type Table, tableOf } from "../document/table.ts";
import {
  type ConfidentJoint,
  confidentJoint,
  probableClasses,
  selectWrong,
  selfConfidence,
} from "./labels/confident-learning.ts";
import { type Predicted, predictLabels, secondsFor } from "./labels/predict.ts";
import {
  type AuditTask,
  countNoun,
  exampleAt,
  LISTED,
  lacksClasses,
  placeOf,
  type SectionMaker,
  type SplitName,
  sectionOf,
} from "./section.ts";

/** Seconds of one core up to which nobody has to ask. */
const CHEAP_SECONDS = 30;

/** Examples that are shown. */
const SHOWN = 24;

/** Pairs of classes in the table. */
const CONFUSED = 10;

export const labelErrors: SectionMaker = {
  name: "label-errors",
  what: "labels that are probably wrong",
  lacks: (task) => {
    if (task.splits.train.values) return lacksClasses(task);
    const fewest = 2 * task.splits.train.classNames.length;
    if (exampleCount(task.splits.train) < fewest) return `needs ${fewest} examples or more`;
    if (task.labels) return undefined;
    const seconds = secondsFor(together(task));
    return seconds <= CHEAP_SECONDS
      ? undefined
      : `takes about ${tellMinutes(seconds)} of one core; ask for it by \`labels\``;
  },
  async make(task) {
    const all = together(task);
    const { labels: search = {}, engine, seed } = task;
    if (!search.model)
      task.onProgress?.(
        0,
        1,
        `held-out labels, about ${tellMinutes(secondsFor(all, search.folds))} of one core`,
      );
    const predicted = await predictLabels(engine, all, search, seed, task);
    const joint = confidentJoint(predicted);
    const confidence = selfConfidence(predicted);
    const { chance, isBeyondChance } = agreementOf(predicted);
    const rows = isBeyondChance
      ? selectWrong(predicted, joint, CHOICE).toSorted((a, b) => confidence[a]! - confidence[b]!)
      : [];
    const probable = probableClasses(predicted);
    const suspects = rows.map((row) => suspectAt(task, all, row, confidence[row]!, probable[row]!));
    const count = (split: SplitName): number => suspects.filter((one) => one.split === split).length;
    const { length } = suspects;
    return sectionOf({
      name: "label-errors",
      title: "Labels that are probably wrong",
      outcome: length > 0 || !isBeyondChance ? "notice" : "clear",
      findings: !isBeyondChance
        ? [
            `Which labels are wrong cannot be told: predictions agree with ${percent(predicted.accuracy)} of all, which chance may do (${percent(chance)} are expected of it).`,
          ]
        : length === 0
          ? ["No label is confidently another."]
          : [
              `${countNoun(length, "label")} of ${exampleCount(all).toLocaleString("en-US")} (${percent(length / exampleCount(all))}) may be wrong, by predictions that agree with ${percent(predicted.accuracy)} of all: ${count("train").toLocaleString("en-US")} in training, ${count("test").toLocaleString("en-US")} in the test data.`,
              "Where predictions err, right labels are suspected too: look at them, the first ones first, before you change any.",
            ],
      method: [...predicted.method, ...METHOD],
      tables: length > 0 ? [confusedTable(all, predicted, joint)] : [],
      lists: length > 0 ? [suspectTable(suspects.slice(0, LISTED), length)] : [],
      pictures: isImages(all)
        ? suspects.slice(0, SHOWN).map(({ split, at, likely, ofGiven, ofLikely }) => ({
            caption: `Probably ${likely} (${percent(ofLikely)})`,
            examples: [exampleAt(task, split, at, `the label has ${percent(ofGiven)}`)],
          }))
        : [],
      numbers: {
        suspects: length,
        suspectsTrain: count("train"),
        suspectsTest: count("test"),
        estimatedNoise: joint.noise,
        heldOutAccuracy: predicted.accuracy,
        folds: predicted.folds,
      },
    });

    function suspectAt(of: AuditTask, dataset: Dataset, row: number, ofGiven: number, other: number) {
      const trained = exampleCount(of.splits.train);
      const [split, at] = row < trained ? (["train", row] as const) : (["test", row - trained] as const);
      return {
        split,
        at,
        index: placeOf(of, split, at),
        given: dataset.classNames[dataset.labels[row]!]!,
        likely: dataset.classNames[other]!,
        ofGiven,
        ofLikely: predicted.probabilities[row * predicted.classes + other]!,
      };
    }
  },
};

/** How labels are chosen; docs/audit.md says what was measured. */
const CHOICE = "by-class";

/** Deviations of agreement beyond which predictions know something: chance passes it once in a thousand. */
const KNOWS = halfWidth(0.998);

/**
 * Agreement of the most probable classes with the labels, by chance and as it is, and whether it is beyond chance: kappa
 * in its standard errors under independence (Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969, equation 14).
 */
function agreementOf({ labels, classes, probabilities, accuracy }: Predicted) {
  const [said, are] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [row, label] of labels.entries()) {
    let most = 0;
    for (let other = 1; other < classes; other++) {
      if (probabilities[row * classes + other]! > probabilities[row * classes + most]!) most = other;
    }
    said[most]! += 1 / labels.length;
    are[label]! += 1 / labels.length;
  }
  const chance = said.reduce((sum, share, label) => sum + share * are[label]!, 0);
  const both = said.reduce((sum, share, label) => sum + share * are[label]! * (share + are[label]!), 0);
  const deviation = Math.sqrt(Math.max(0, chance + chance ** 2 - both) / labels.length);
  return { chance, isBeyondChance: accuracy - chance > KNOWS * deviation };
}

const METHOD = [
  "Of each class as many labels are suspected as the confident joint estimates wrong, those with the least probability of their label first: confident learning, pruned by class (Northcutt, Jiang and Chuang, JAIR 2021, section 3.2).",
  "Training and test examples are looked at together.",
];

const tellMinutes = (seconds: number): string =>
  seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.ceil(seconds / 60)} min`;

/** Training and test examples in one. */
function together({ splits: { train, test } }: AuditTask): Dataset {
  const inputs =
    train.inputs instanceof Uint8Array && test.inputs instanceof Uint8Array
      ? new Uint8Array(train.inputs.length + test.inputs.length)
      : new Float32Array(train.inputs.length + test.inputs.length);
  inputs.set(train.inputs);
  inputs.set(test.inputs, train.inputs.length);
  const labels = new Int32Array(train.labels.length + test.labels.length);
  labels.set(train.labels);
  labels.set(test.labels, train.labels.length);
  return { ...train, inputs, labels, shape: [labels.length, ...exampleShape(train)] };
}

interface Suspect {
  readonly split: SplitName;
  readonly index: number;
  readonly given: string;
  readonly likely: string;
  readonly ofGiven: number;
  readonly ofLikely: number;
}

const suspectTable = (suspects: readonly Suspect[], total: number): Table =>
  tableOf(
    {
      name: "label-errors",
      title: "Labels that are probably wrong",
      caption:
        suspects.length < total ? `The first ${suspects.length} of ${total}.` : "Least probable first.",
    },
    suspects,
    [
      field("split", "Split", ({ split }) => split),
      field("index", "Example", ({ index }) => index, "count"),
      field("given", "Label", ({ given }) => given),
      field("likely", "Probably", ({ likely }) => likely),
      field("ofGiven", "Probability of the label", ({ ofGiven }) => Number(ofGiven.toPrecision(3))),
      field("ofLikely", "Of the other", ({ ofLikely }) => Number(ofLikely.toPrecision(3))),
    ],
  );

/** The pairs of classes that are confidently confused most. */
function confusedTable(
  { classNames }: Dataset,
  { classes, labels }: Predicted,
  { joint }: ConfidentJoint,
): Table {
  const cells = [...joint.entries()]
    .map(([at, share]) => ({ given: Math.floor(at / classes), likely: at % classes, share }))
    .filter(({ given, likely, share }) => given !== likely && share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, CONFUSED);
  return tableOf(
    {
      name: "label-confusions",
      title: "Classes that are taken for others most",
      caption:
        "The confident joint, brought to the numbers of labels: estimates, in which classes that predictions cannot tell apart count too.",
    },
    cells,
    [
      field("given", "Labeled", ({ given }) => classNames[given]!),
      field("likely", "Confidently", ({ likely }) => classNames[likely]!),
      field("count", "Examples", ({ share }) => Math.round(share * labels.length), "count"),
    ],
  );
}
