/**
 * @file Two sides compared - recipes, models or data - seed by seed: the differences of pairs, over which chance in starts, orders
 * and random labels cancels where both sides draw it from the same streams.
 *
 * Intervals are Student's for paired differences (1908), over seeds, on the test examples there are; each holds for itself.
 */

import { formatShare } from "../base/percent.ts";
import { estimate, FEWEST_FOR_INTERVAL } from "../base/statistics.ts";
import { type Measurement, measure, type Unit } from "../document/measurement.ts";
import { type Plot, pointOf } from "../document/plot.ts";
import { measuredField, plain, type Table, tableOf, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { plural } from "../verdict/context.ts";
import type { Reading } from "./experiment.ts";
import type { AxisValue, ExperimentFile, GivenAxis } from "./file-parse.ts";
import { type Cell, type Coordinate, gridNotes, nameCell } from "./grid.ts";
import type { Results } from "./results.ts";

/** Two trials of one seed, A's and B's. */
type Pair = readonly [TrialResult, TrialResult];

/** Where both sides were trained, and the pairs of it. */
interface Place {
  readonly coordinates: Cell["coordinates"];
  readonly corrupt: number;
  readonly inputs: string;
  readonly pairs: readonly Pair[];
}

/** What is compared of a pair. */
type Measure = (trial: TrialResult) => number | null;

const testAccuracy: Measure = (trial) => trial.testAccuracy;
const trainAccuracy: Measure = (trial) => trial.trainAccuracy;
const epochsToFit: Measure = (trial) => trial.epochsToFit;

/** What a comparison of the sides of an experiment file says. */
export function readComparison(
  name: string,
  { axes, compare }: Pick<ExperimentFile, "axes"> & { readonly compare: readonly (readonly GivenAxis[])[] },
  cells: readonly Cell[],
  results: Results,
): Reading {
  const places = placesOf(cells, results);
  const [a, b] = compare.map((side, at) => nameCell(ownOf(side, compare[1 - at]!))) as [string, string];
  const tellsNumbers = places.some(({ pairs }) => pairs.some(([one]) => one.told === "numbers"));
  const words = tellsNumbers ? "R squared" : "accuracy";
  return {
    summary: places.map((place, at) => sentenceOf(place, a, b, words, at === 0)).join(" "),
    notes: [
      `A is ${a}; B is ${b}. A difference is B less A, of two trainings with one seed, and its 95 % interval (Student's t) is over seeds, on these test examples; each interval holds for itself.`,
      ...apartNotes(compare),
      ...gridNotes(axes, compare),
    ],
    tables: [pairsTable(name, places, words, tellsNumbers ? "r2" : "share")],
    plots: [differencePlot(name, places, words, tellsNumbers ? "r2" : "share")],
    claims: [],
  };
}

/** What a side has that the other has not. */
function ownOf(axes: readonly GivenAxis[], other: readonly GivenAxis[]): Coordinate[] {
  const isShared = ({ path, values }: GivenAxis): boolean =>
    other.some((axis) => axis.path.join(".") === path.join(".") && axis.values[0] === values[0]);
  return axes
    .filter((axis) => !isShared(axis))
    .map(({ path, values }) => ({ axis: path.join("."), value: values[0]! }));
}

/** Where sides differ in several things at once, that no difference is of one of them alone. */
function apartNotes([a, b]: readonly (readonly GivenAxis[])[]): string[] {
  const fields = new Set([...ownOf(a!, b!), ...ownOf(b!, a!)].map(({ axis }) => axis));
  return fields.size < 2
    ? []
    : [
        `A and B differ in ${fields.size} things at once, ${[...fields].join(", ")}: a difference is of all of them together, and says of none alone what it makes; compare sides that differ in one to know.`,
      ];
}

/** Cells of the two sides that are alike in all else, and their trials of equal seeds. */
function placesOf(cells: readonly Cell[], results: Results): Place[] {
  const [ofA, ofB] = [0, 1].map((side) => cells.filter((cell) => cell.side === side)) as [Cell[], Cell[]];
  return ofA.map((cell, at) => {
    const others = new Map(results.of(ofB[at]!.condition).map((trial) => [trial.seed, trial]));
    const pairs = results.of(cell.condition).flatMap((trial): Pair[] => {
      const other = others.get(trial.seed);
      return other ? [[trial, other]] : [];
    });
    const { corrupt, inputs } = cell.condition;
    return { coordinates: cell.coordinates, corrupt, inputs, pairs };
  });
}

/** B less A, a number a pair; pairs of which one has none are left out, and counted. */
function difference(pairs: readonly Pair[], read: Measure): Measurement {
  const values = pairs.flatMap((pair) => differenceOf(pair, read) ?? []);
  const left = pairs.length - values.length;
  const note =
    left === 0 ? null : values.length === 0 ? null : `in ${values.length} of ${plural(pairs.length, "pair")}`;
  return measure(values, note === null ? {} : { note });
}

function differenceOf([a, b]: Pair, read: Measure): number | null {
  const [one, other] = [read(a), read(b)];
  return one === null || other === null ? null : other - one;
}

/** What came out at a place, in one sentence. */
function sentenceOf(place: Place, a: string, b: string, words: string, isFirst: boolean): string {
  const where = `On ${wordsOf(place)}`;
  const differences = place.pairs.flatMap((pair) => differenceOf(pair, testAccuracy) ?? []);
  if (differences.length === 0) return `${where}: no pair of trainings has come to its end.`;
  const { mean, low, high, n } = estimate(differences);
  const what = isFirst ? `the test ${words} of B (${b}) less that of A (${a}) is ` : "";
  const isR2 = place.pairs.some(([one]) => one.told === "numbers");
  const shown = isR2 ? signedR2 : points;
  const said = `${where}: ${what}${shown(mean)}${isR2 ? "" : " points"}`;
  const pairs = plural(n, "pair");
  if (low === null || high === null) {
    return `${said}, of ${pairs} and without an interval, which wants ${FEWEST_FOR_INTERVAL}.`;
  }
  const [classesA, classesB] = place.pairs[0]!.map(({ confusion, hits }) => (hits ?? confusion)?.length);
  if (classesA !== classesB) {
    return `${said}, but these are different tasks, of ${classesA ?? "no"} and ${classesB ?? "no"} classes: which is better cannot be said.`;
  }
  const answer = low > 0 ? "B is better" : high < 0 ? "A is better" : "no difference is shown";
  return `${said}; ${answer} (95 % interval ${shown(low)} to ${shown(high)}, ${pairs}).`;
}

/** A place in words: `true labels`, or where it is on the axes. */
function wordsOf({ coordinates, corrupt, inputs }: Place): string {
  const isPlain = coordinates.every(({ axis }) => axis === "corrupt" || axis === "inputs");
  if (!isPlain) return nameCell(coordinates);
  const labels = corrupt === 0 ? "true" : corrupt === 1 ? "random" : `${formatShare(corrupt)} random`;
  return `${labels} labels${inputs === "true" ? "" : ` of ${inputs} inputs`}`;
}

/** A difference of shares in points, with its sign. */
const points = (share: number): string =>
  `${share < 0 ? "\u2212" : "+"}${Math.abs(100 * share).toFixed(Math.abs(share) < 0.001 ? 2 : 1)}`;

/** A difference of R squared, with its sign. */
const signedR2 = (difference: number): string =>
  `${difference < 0 ? "\u2212" : "+"}${Math.abs(difference).toFixed(3)}`;

function pairsTable(name: string, places: readonly Place[], words: string, unit: Unit): Table {
  const axes = places[0]!.coordinates.map(({ axis }) => axis);
  const of = (pairs: readonly Pair[], side: 0 | 1, read: Measure): Measurement =>
    measure(pairs.flatMap((pair) => read(pair[side]) ?? []));
  const compared = (key: string, title: string, read: Measure, in_: Unit) => [
    measuredField<Place>(`${key}A`, `${title}, A`, ({ pairs }) => of(pairs, 0, read), in_),
    measuredField<Place>(`${key}B`, `${title}, B`, ({ pairs }) => of(pairs, 1, read), in_),
    measuredField<Place>(`${key}Difference`, "B less A", ({ pairs }) => difference(pairs, read), in_),
  ];
  return tableOf(
    {
      name,
      title: "A and B, seed by seed",
      caption: "After the last epoch: means over seeds, and of the differences of pairs.",
    },
    places,
    [
      ...axes.map((axis, at) => ({
        column: plain(axis, axis.split(".").at(-1)!),
        read: ({ coordinates }: Place) => text(coordinates[at]!.value as AxisValue),
      })),
      ...compared("test", `Test ${words}`, testAccuracy, unit),
      ...compared("train", `Train ${words}`, trainAccuracy, unit),
      ...compared("toFit", "Epochs to fit", epochsToFit, "epochs"),
    ],
  );
}

/** The difference along training, each trial keeping its last value once it has ended. */
function differencePlot(name: string, places: readonly Place[], words: string, unit: Unit): Plot {
  return {
    name: `${name}-difference`,
    title: `Test ${words} of B less that of A, by epoch`,
    caption:
      "Means of the differences of pairs, with 95 % intervals over seeds; a training that ended keeps its last value.",
    x: { label: "Epoch", unit: "count", domain: null },
    y: { label: `Difference of test ${words}`, unit, domain: null },
    guides: [{ label: "no difference", y: 0 }],
    series: places.map((place) => ({
      title: places.length === 1 ? "B less A" : wordsOf(place),
      points: courseOf(place.pairs),
      paper: [],
    })),
  };
}

function courseOf(pairs: readonly Pair[]): Plot["series"][number]["points"] {
  const rows = ({ history }: TrialResult) => history.filter((row) => row.testAccuracy !== null);
  const epochs = new Set(
    pairs.flatMap((pair) => pair.flatMap((trial) => rows(trial).map(({ epoch }) => epoch))),
  );
  const at = (trial: TrialResult, epoch: number): number | null =>
    rows(trial).findLast((row) => row.epoch <= epoch)?.testAccuracy ?? null;
  return [...epochs]
    .sort((a, b) => a - b)
    .map((epoch) =>
      pointOf(
        epoch,
        difference(pairs, (trial) => at(trial, epoch)),
      ),
    );
}
