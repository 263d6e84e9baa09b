/**
 * @file Section of an audit: examples whose inputs are equal, value for value, within and across splits, and under
 * different labels.
 */

import { percent } from "../base/percent.ts";
import { type EqualGroup, equalGroups } from "../data/copies.ts";
import { exampleCount, isImages } from "../data/dataset.ts";
import { field, tableOf } from "../document/table.ts";
import type { AuditPicture } from "./audit-result.ts";
import {
  type AuditTask,
  countNoun,
  exampleAt,
  LISTED,
  labelAt,
  placeOf,
  type SectionMaker,
  sectionOf,
} from "./section.ts";

/** Groups that are shown. */
const SHOWN = 12;

/** Examples of a group that are shown. */
const SHOWN_OF_GROUP = 6;

export const copies: SectionMaker = {
  name: "copies",
  what: "equal inputs",
  async make(task) {
    const { splits } = task;
    const groups = equalGroups(splits);
    const across = groups.filter(({ train, test }) => train.length > 0 && test.length > 0);
    const differing = groups.filter((group) => new Set(labelsIn(splits, group)).size > 1);
    const count = (chosen: readonly EqualGroup[], split: "train" | "test"): number =>
      chosen.reduce((total, group) => total + group[split].length, 0);
    const repeats = (split: "train" | "test"): number =>
      groups.reduce((total, group) => total + Math.max(0, group[split].length - 1), 0);
    const testCopies = count(across, "test");
    const [trainRepeats, testRepeats] = [repeats("train"), repeats("test")];
    const [trainDiffering, testDiffering] = [count(differing, "train"), count(differing, "test")];
    const many = testCopies / exampleCount(splits.test);
    const found = groups.length > 0;
    const isNumber = splits.train.values !== undefined;
    const words = isNumber ? "targets" : "labels";
    const seen =
      testCopies > 0
        ? `${countNoun(testCopies, "test example")} (${percent(many)}) ${testCopies === 1 ? "stands" : "stand"} in training, value for value: ${testCopies === 1 ? "it has" : "they have"} been seen.`
        : "No test example stands in training, value for value.";
    const differs =
      trainDiffering + testDiffering > 0
        ? `Of equal inputs, ${countNoun(differing.length, "group")} ${differing.length === 1 ? "has" : "have"} different ${words} (${countNoun(trainDiffering, "training example")}, ${countNoun(testDiffering, "test example")}): ${isNumber ? "no network gives more than one of them" : "at most one label of a group is right"}.`
        : `Equal inputs have equal ${words}.`;
    const findings = [
      // What is worst is the headline.
      ...(testCopies === 0 && differing.length > 0 ? [differs, seen] : found ? [seen, differs] : [seen]),
      ...(trainRepeats > 0
        ? [
            `${countNoun(trainRepeats, "training example")} ${trainRepeats === 1 ? "repeats" : "repeat"} an earlier one.`,
          ]
        : []),
      ...(testRepeats > 0
        ? [
            `${countNoun(testRepeats, "test example")} ${testRepeats === 1 ? "repeats" : "repeat"} an earlier one.`,
          ]
        : []),
    ];
    return sectionOf({
      name: "copies",
      title: "Equal inputs",
      outcome: testCopies > 0 || differing.length > 0 ? "alarm" : found ? "notice" : "clear",
      findings,
      method: [`Inputs are compared value for value, ${words} left out.`],
      lists: found ? [listGroups(task, groups)] : [],
      pictures: isImages(splits.train) ? picturesOf(task, across, differing, groups) : [],
      numbers: {
        testCopies,
        trainRepeats,
        testRepeats,
        differingGroups: differing.length,
        trainDiffering,
        testDiffering,
      },
    });
  },
};

const labelsIn = ({ train, test }: AuditTask["splits"], group: EqualGroup): number[] => [
  ...group.train.map((index) => train.labels[index]!),
  ...group.test.map((index) => test.labels[index]!),
];

function listGroups(task: AuditTask, groups: readonly EqualGroup[]) {
  const rows = groups
    .slice(0, LISTED)
    .flatMap((group, at) =>
      (["train", "test"] as const).flatMap((split) => group[split].map((index) => ({ at, split, index }))),
    );
  const cut = groups.length > LISTED ? `The first ${LISTED} of ${groups.length} groups.` : "";
  return tableOf({ name: "equal-inputs", title: "Examples of equal inputs", caption: cut }, rows, [
    field("group", "Group", ({ at }) => at + 1, "count"),
    field("split", "Split", ({ split }) => split),
    field("index", "Example", ({ split, index }) => placeOf(task, split, index), "count"),
    field("label", "Label", ({ split, index }) => labelAt(task.splits[split], index)),
  ]);
}

function picturesOf(task: AuditTask, ...kinds: readonly (readonly EqualGroup[])[]): AuditPicture[] {
  const chosen = [...new Set(kinds.flat())].slice(0, SHOWN);
  return chosen.map((group) => ({
    caption: "Equal, value for value",
    examples: (["test", "train"] as const)
      .flatMap((split) => group[split].map((index) => exampleAt(task, split, index)))
      .slice(0, SHOWN_OF_GROUP),
  }));
}
