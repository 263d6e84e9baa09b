/**
 * @file Section of an audit: whether groups of examples, where data have some, stay in one split.
 */

import { percent } from "../base/percent.ts";
import { groupingOf } from "../data/groups.ts";
import { countNoun, type SectionMaker, sectionOf } from "./section.ts";

export const groups: SectionMaker = {
  name: "groups",
  what: "groups",
  lacks: ({ splits }) => (splits.train.groups && splits.test.groups ? undefined : ""),
  async make({ splits: { train, test } }) {
    const trained = new Set(train.groups);
    const tested = new Set(test.groups);
    const both = tested.intersection(trained).size;
    const seen = test.groups!.reduce((count, group) => count + Number(trained.has(group)), 0);
    const largest = Math.max(...[train, test].map((split) => Math.max(...sizesOf(split))));
    return sectionOf({
      name: "groups",
      title: "Groups",
      outcome: both > 0 ? "alarm" : "clear",
      findings: [
        both > 0
          ? `${countNoun(both, "group")} of the test ${both === 1 ? "is" : "are"} in training, too, with ${countNoun(seen, "test example")} (${percent(seen / test.labels.length)}): what a network learns of a group, it knows there.`
          : `No group is in both splits: ${countNoun(trained.size, "group")} in training, ${tested.size.toLocaleString("en-US")} others in the test.`,
        `The largest has ${countNoun(largest, "example")}.`,
      ],
      method: [
        "Groups are as the data name them; whether these are all that belong together, only you know.",
      ],
      numbers: { train: trained.size, test: tested.size, both, testExamplesOfBoth: seen, largest },
    });
  },
};

const sizesOf = (split: Parameters<typeof groupingOf>[0]): number[] =>
  groupingOf(split).members.map(({ length }) => length);
