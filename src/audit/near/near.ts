/**
 * @file Section of an audit: images that are nearly equal - cut, shifted, scaled, brightened, encoded again - within and
 * across splits, and what accuracies they are worth.
 */

import { percent } from "../../base/percent.ts";
import { exampleCount, exampleSize } from "../../data/dataset.ts";
import { field, tableOf } from "../../document/table.ts";
import type { AuditSection } from "../audit-result.ts";
import {
  type AuditTask,
  countNoun,
  exampleAt,
  LISTED,
  labelAt,
  placeOf,
  type SectionMaker,
  type SplitName,
  sectionOf,
} from "../section.ts";
import { findTwins, lacksPictures } from "./find.ts";
import type { Neighbors } from "./neighbors.ts";
import type { Pair, Twins } from "./twins.ts";

/** Pairs that are shown. */
const SHOWN = 24;

export const near: SectionMaker = {
  name: "near",
  what: "nearly equal examples",
  lacks: ({ splits }) => lacksPictures(splits.train),
  async make(task) {
    const { neighbors, twins } = await findTwins(task);
    return describeTwins(task, neighbors, twins);
  },
};

/** A pair of examples by their splits. */
interface Found extends Pair {
  readonly ends: readonly [End, End];
}

interface End {
  readonly split: SplitName;
  readonly at: number;
}

function describeTwins(task: AuditTask, neighbors: Neighbors, twins: Twins): AuditSection {
  const { splits } = task;
  const count = exampleCount(splits.train);
  const endOf = (place: number): End =>
    place < count ? { split: "train", at: place } : { split: "test", at: place - count };
  const found = twins.pairs
    .map((pair): Found => ({ ...pair, ends: [endOf(pair.first), endOf(pair.second)] }))
    .filter(({ ends }) => !isEqual(splits, ends));
  const across = found.filter(({ ends: [a, b] }) => a.split !== b.split);
  const inTrain = found.filter(({ ends: [, b] }) => b.split === "train");
  const inTest = found.filter(({ ends: [a] }) => a.split === "test");
  const differing = found.filter(({ ends: [a, b] }) => labelOf(splits, a) !== labelOf(splits, b));
  const unclear = new Set(twins.crowded.filter((place) => place >= count).map((place) => place - count));
  const crowded = unclear.size;
  const seen = new Set(across.map(({ second }) => second - count));
  const worth = worthOfTwins(task, neighbors, seen, unclear);
  const counts = { inTrain: inTrain.length, inTest: inTest.length, differing: differing.length };
  return sectionOf({
    name: "near",
    title: "Near twins",
    outcome: seen.size > 0 ? "alarm" : found.length > 0 || crowded > 0 ? "notice" : "clear",
    findings: [...tellTwins(task, seen.size, crowded, worth, counts), ...tellCrowded(task, crowded)],
    method: [
      `The ${neighbors.nearest} nearest images of each are found by their thumbnails (8 x 8, mean and contrast taken out), then laid over it: ` +
        "shifted, scaled, sheared and brightened to fit best (Baker and Matthews, IJCV 2004). Mirrored and turned copies are not looked for.",
      "Likeness is the correlation of both images' gradients, in gray, once they are laid over each other.",
      `Twins have a likeness of 0.71 or more and are nearer than the density of other neighbors explains (ratio of distances at most ${twins.threshold.toFixed(3)} ` +
        `at an intrinsic dimension of ${twins.dimension.toFixed(1)}: Levina and Bickel, NIPS 2004), with an expected share of false ones of 5 % ` +
        "(Benjamini and Hochberg, 1995).",
    ],
    lists: found.length > 0 ? [listPairs(task, found)] : [],
    pictures: pick(differing, across, found).map(({ ends, likeness }) => ({
      caption: `Likeness ${likeness.toFixed(2)}`,
      examples: ends.map(({ split, at }) => exampleAt(task, split, at)).reverse(),
    })),
    numbers: {
      testTwins: seen.size,
      testCrowded: crowded,
      acrossPairs: across.length,
      trainPairs: inTrain.length,
      testPairs: inTest.length,
      differingPairs: differing.length,
      dimension: twins.dimension,
      ratioThreshold: twins.threshold,
      nearestAccuracy: worth.all,
      nearestAccuracyWithout: worth.without,
    },
  });
}

/** What was found, a sentence each. */
function tellTwins(
  task: AuditTask,
  seen: number,
  crowded: number,
  worth: ReturnType<typeof worthOfTwins>,
  {
    inTrain,
    inTest,
    differing,
  }: { readonly inTrain: number; readonly inTest: number; readonly differing: number },
): string[] {
  const share = seen / exampleCount(task.splits.test);
  return [
    seen > 0
      ? `${countNoun(seen, "test example")} (${percent(share)}) ${seen === 1 ? "has a near twin" : "have near twins"} in training.`
      : "No test example has a near twin in training.",
    // Where it cannot be told of some, nobody knows who is without a twin.
    ...(seen > 0 && crowded === 0
      ? [
          `Whoever is right on 90 % of all test examples is right on ${percent(Math.max(0, 0.9 - share) / (1 - share || 1))} to ${percent(Math.min(1, 0.9 / (1 - share || 1)))} of those without a twin.`,
          ...(task.splits.train.values
            ? []
            : [
                `Saying the label of the nearest training image is right for ${percent(worth.all)} of all test examples${worth.without === null ? "" : `, and for ${percent(worth.without)} of those without a twin`}.`,
              ]),
        ]
      : []),
    ...(differing > 0
      ? [
          `${countNoun(differing, "pair")} of near twins ${differing === 1 ? "has" : "have"} different labels.`,
        ]
      : []),
    ...(inTrain > 0
      ? [`Within training there ${inTrain === 1 ? "is" : "are"} ${countNoun(inTrain, "pair")} of near twins.`]
      : []),
    ...(inTest > 0
      ? [
          `Within the test examples there ${inTest === 1 ? "is" : "are"} ${countNoun(inTest, "pair")} of near twins.`,
        ]
      : []),
  ];
}

/** What cannot be told of images that are as like several others as twins are. */
function tellCrowded({ splits }: AuditTask, crowded: number): string[] {
  if (crowded === 0) return [];
  const [are, they] = crowded === 1 ? ["is", "it is one"] : ["are", "they are some"];
  return [
    `${countNoun(crowded, "test example")} (${percent(crowded / exampleCount(splits.test))}) ${are} as like several others as twins are: whether ${they} of many shots of one thing cannot be told; if so, groups keep what belongs together in one split.`,
  ];
}

const labelOf = (splits: AuditTask["splits"], { split, at }: End): number => splits[split].labels[at]!;

/** Whether two examples are the same, value for value: those are another section's. */
function isEqual(splits: AuditTask["splits"], [a, b]: readonly [End, End]): boolean {
  const size = exampleSize(splits.train);
  const [own, other] = [splits[a.split].inputs, splits[b.split].inputs];
  for (let at = 0; at < size; at++) if (own[a.at * size + at] !== other[b.at * size + at]) return false;
  return true;
}

/**
 * How often the nearest training image by thumbnails has the label, on all test examples and on those without twins.
 *
 * @param seen - Test examples with a twin in training; of `unclear` it cannot be told.
 */
function worthOfTwins(
  { splits }: AuditTask,
  { nearest, places }: Neighbors,
  seen: ReadonlySet<number>,
  unclear: ReadonlySet<number>,
) {
  const { train, test } = splits;
  const count = exampleCount(train);
  const right = { all: 0, without: 0 };
  for (let example = 0; example < exampleCount(test); example++) {
    const own = places.subarray((count + example) * nearest, (count + example + 1) * nearest);
    const first = own.find((place) => place < count);
    if (first === undefined || train.labels[first] !== test.labels[example]) continue;
    right.all++;
    if (!seen.has(example) && !unclear.has(example)) right.without++;
  }
  const all = exampleCount(test);
  const without = all - seen.union(unclear).size;
  return { all: right.all / all, without: without === 0 ? null : right.without / without };
}

function listPairs(task: AuditTask, found: readonly Found[]) {
  const caption = found.length > LISTED ? `The ${LISTED} most alike of ${found.length} pairs.` : "";
  const place = ({ split, at }: End): number => placeOf(task, split, at);
  return tableOf({ name: "near-twins", title: "Near twins", caption }, found.slice(0, LISTED), [
    field("split", "Split", ({ ends: [a] }) => a.split),
    field("index", "Example", ({ ends: [a] }) => place(a), "count"),
    field("label", "Label", ({ ends: [a] }) => labelAt(task.splits[a.split], a.at)),
    field("otherSplit", "Other split", ({ ends: [, b] }) => b.split),
    field("otherIndex", "Other example", ({ ends: [, b] }) => place(b), "count"),
    field("otherLabel", "Other label", ({ ends: [, b] }) => labelAt(task.splits[b.split], b.at)),
    field("likeness", "Likeness", ({ likeness }) => likeness, "number"),
    field("ratio", "Ratio", ({ ratio }) => ratio, "number"),
  ]);
}

/** Pairs to show: half of them with different labels or across splits, from the most alike to the least. */
function pick(...kinds: readonly (readonly Found[])[]): Found[] {
  const chosen = new Set<Found>();
  for (const kind of kinds) {
    const room = kind === kinds.at(-1) ? SHOWN - chosen.size : Math.ceil((SHOWN - chosen.size) / 2);
    const step = Math.max(1, kind.length / Math.max(1, room));
    for (let at = 0; at < kind.length && chosen.size < SHOWN; at += step) chosen.add(kind[Math.floor(at)]!);
  }
  return [...chosen].slice(0, SHOWN);
}
