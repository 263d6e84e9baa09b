/**
 * @file Section of an audit: how many examples each class has, and whether the splits agree about it.
 */

import { percent } from "../base/percent.ts";
import { chiSquaredTail } from "../base/statistics.ts";
import { classCounts } from "../data/dataset.ts";
import { field, tableOf } from "../document/table.ts";
import type { AuditSection } from "./audit-result.ts";
import { countNoun, lacksClasses, type SectionMaker, sectionOf } from "./section.ts";

/** Largest class over smallest from which accuracy alone hides a class. */
const UNEQUAL = 3;

/** Once in so many clean datasets the splits' shares are called different. */
const ALARM_LEVEL = 1e-4;

/** Shares of classes that differ by less do not matter, however sure it is that they differ. */
const SHIFT = 0.02;

export const balance: SectionMaker = {
  name: "balance",
  what: "the balance of classes",
  lacks: lacksClasses,
  async make({ splits }) {
    const { train, test } = splits;
    const [trained, tested] = [classCounts(train), classCounts(test)];
    return describeBalance(train.classNames, trained, tested);
  },
};

/** The section, from `[classes]` counts. */
export function describeBalance(
  classNames: readonly string[],
  trained: readonly number[],
  tested: readonly number[],
): AuditSection {
  const [n, m] = [sum(trained), sum(tested)];
  const present = trained.filter((count) => count > 0);
  const [most, least] = [Math.max(...trained), Math.min(...present)];
  const only = (counts: readonly number[], others: readonly number[]): string[] =>
    classNames.filter((_, label) => counts[label] === 0 && others[label]! > 0);
  const [untrained, untested] = [only(trained, tested), only(tested, trained)];
  const shift = sum(classNames.map((_, label) => Math.abs(trained[label]! / n - tested[label]! / m))) / 2;
  const p = homogeneity(trained, tested);
  const isShifted = shift > SHIFT && p < ALARM_LEVEL;
  const commonest = most / n;
  const names = (list: readonly string[]): string =>
    list.length > 5 ? `${list.slice(0, 5).join(", ")} and ${list.length - 5} more` : list.join(", ");
  const outcome =
    untrained.length > 0
      ? "alarm"
      : untested.length > 0 || isShifted || most > UNEQUAL * least
        ? "notice"
        : "clear";
  const findings = [
    most === least
      ? `${countNoun(classNames.length, "class").replace("classs", "classes")} of ${countNoun(most, "training example")} each.`
      : `Classes have ${least.toLocaleString("en-US")} to ${countNoun(most, "training example")}: ` +
        `always saying “${classNames[trained.indexOf(most)]}” is right in ${percent(commonest)}.`,
    ...(untrained.length > 0
      ? [`No training example has the class of some test examples: ${names(untrained)}.`]
      : []),
    ...(untested.length > 0 ? [`No test example has a class that is trained: ${names(untested)}.`] : []),
    ...(isShifted
      ? [
          `The splits have other shares of classes: ${percent(shift)} of the test examples would have to change theirs ` +
            `(p = ${p.toExponential(0)}, chi-squared test of homogeneity).`,
        ]
      : []),
  ];
  return sectionOf({
    name: "balance",
    title: "Classes",
    outcome,
    findings,
    tables: [
      tableOf(
        { name: "classes", title: "Examples by class", caption: "" },
        classNames.map((name, label) => ({ name, label })),
        [
          field("class", "Class", ({ name }) => name),
          field("train", "Training", ({ label }) => trained[label]!, "count"),
          field("test", "Test", ({ label }) => tested[label]!, "count"),
        ],
      ),
    ],
    numbers: { train: [...trained], test: [...tested], commonest, shift, homogeneityP: p },
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Probability of counts as unlike as these in two splits drawn alike: Pearson's chi-squared test of homogeneity, over
 * classes of which both splits are expected to have five (Cochran, Biometrics 1954); 1 where there are not two such.
 */
function homogeneity(a: readonly number[], b: readonly number[]): number {
  const [n, m] = [sum(a), sum(b)];
  let [statistic, classes] = [0, 0];
  for (const [label, count] of a.entries()) {
    const all = count + b[label]!;
    const [expected, other] = [(all * n) / (n + m), (all * m) / (n + m)];
    if (Math.min(expected, other) < 5) continue;
    statistic += (count - expected) ** 2 / expected + (b[label]! - other) ** 2 / other;
    classes++;
  }
  return classes < 2 ? 1 : chiSquaredTail(statistic, classes - 1);
}
