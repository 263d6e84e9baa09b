/**
 * @file An experiment from a file: one row a cell of its grid, and plots over its numeric axes.
 */

import type { Measurement, Unit } from "../document/measurement.ts";
import { SHARE } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import { pointOf } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { epochsCell, epochsColumn } from "./cells.ts";
import { readComparison } from "./comparison.ts";
import type { Experiment, Reading } from "./experiment.ts";
import { isPathIn } from "./file-fields.ts";
import { type ExperimentFile, type GivenAxis, parseExperimentFile } from "./file-parse.ts";
import { type Cell, type Coordinate, cellsOf, gridNotes, type Identities, nameCell } from "./grid.ts";
import { measureReached, measureTrials } from "./measure.ts";
import type { Results } from "./results.ts";

/**
 * Read an experiment file.
 *
 * @param file - Its name, for errors.
 * @param fallback - The experiment's name, where the file does not say.
 * @param identities - Of the model files and of the data at paths that it names; see {@link pathsIn}.
 * @throws UsageError naming file, line, column and field, for everything that is wrong.
 */
export function experimentFromFile(
  source: string,
  file: string,
  fallback: string,
  identities: Identities = {},
): { readonly experiment: Experiment; readonly seeds: number } {
  const parsed = parseExperimentFile(source, file);
  const cells = cellsOf(parsed, file, identities);
  const name = parsed.name ?? fallback;
  const experiment: Experiment = {
    name,
    title: parsed.title ?? name,
    source: null,
    models: [...new Set(cells.map(({ condition }) => condition.model))],
    anyModel: false,
    conditions: (_, model) =>
      cells.filter(({ condition }) => condition.model === model).map(({ condition }) => condition),
    read: ({ results }) =>
      parsed.compare
        ? readComparison(name, { ...parsed, compare: parsed.compare }, cells, results)
        : readCells(name, parsed, cells, results),
  };
  return { experiment, seeds: parsed.seeds ?? 1 };
}

/** The model files, or the paths of data, that an experiment file names, as it calls them. */
export const pathsIn = (field: "model" | "data", source: string, file: string): string[] =>
  axesIn(parseExperimentFile(source, file))
    .filter(({ path }) => path.join(".") === field)
    .flatMap(({ path, values }) => values.filter((value) => isPathIn(path, value)));

const axesIn = ({ axes, compare = [[], []] }: ExperimentFile): readonly GivenAxis[] => [
  ...axes,
  ...compare.flat(),
];

function readCells(
  name: string,
  { axes }: ExperimentFile,
  cells: readonly Cell[],
  results: Results,
): Reading {
  const varied = axes.filter(({ values }) => values.length > 1);
  return {
    notes: gridNotes(axes),
    tables: [
      tableOf(
        name,
        cells,
        varied.map(({ path }) => path.join(".")),
        results,
      ),
    ],
    plots: varied
      .filter(({ values }) => values.every((value) => typeof value === "number"))
      .flatMap(({ path }) => plotsOf(name, cells, path.join("."), results)),
    claims: [],
  };
}

/** The last part of an axis, as people read it. */
const titleOf = (axis: string): string => axis.split(".").at(-1)!;

function unitOf(axis: string, values: readonly Coordinate["value"][]): Unit {
  if (!values.every((value) => typeof value === "number")) return "text";
  if (axis === "corrupt") return "share";
  return values.every((value) => Number.isInteger(value)) ? "count" : "ratio";
}

const valueOn = (cell: Cell, axis: string): Coordinate["value"] | undefined =>
  cell.coordinates.find((coordinate) => coordinate.axis === axis)?.value;

const trainAccuracy = (trial: TrialResult): number | null => trial.trainAccuracy;
const testAccuracy = (trial: TrialResult): number | null => trial.testAccuracy;

function tableOf(name: string, cells: readonly Cell[], axes: readonly string[], results: Results): Table {
  const values = (axis: string) => cells.map((cell) => valueOn(cell, axis)!);
  // Of many classes only.
  const hasFive = cells.some(({ condition }) => results.of(condition).some(({ topFive }) => topFive));
  const five = (trials: readonly TrialResult[], split: "train" | "test") =>
    number(measureTrials(trials, ({ topFive }) => topFive?.[split] ?? null, { limits: SHARE }));
  return {
    name,
    title: "Every cell of the grid",
    caption: "After the last epoch, means over seeds.",
    columns: [
      ...axes.map((axis) => plain(axis, titleOf(axis), unitOf(axis, values(axis)))),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
      ...(hasFive
        ? [
            measured("trainFive", "Train, first five", "share"),
            measured("testFive", "Test, first five", "share"),
          ]
        : []),
      measured("testCorrupted", "Test accuracy, corrupted labels", "share"),
      measured("loss", "Train loss", "nats"),
      measured("toFit", "Epochs to fit", "epochs"),
      epochsColumn,
    ],
    rows: cells.map((cell) => {
      const trials = results.of(cell.condition);
      return {
        ...Object.fromEntries(cell.coordinates.map(({ axis, value }) => [axis, text(value)])),
        train: number(measureTrials(trials, trainAccuracy, { limits: SHARE })),
        test: number(measureTrials(trials, testAccuracy, { limits: SHARE })),
        ...(hasFive && { trainFive: five(trials, "train"), testFive: five(trials, "test") }),
        testCorrupted: number(
          measureTrials(trials, (trial) => trial.testAccuracyCorrupted, { limits: SHARE }),
        ),
        loss: number(measureTrials(trials, ({ trainLoss }) => trainLoss)),
        toFit: number(measureReached(trials, ({ epochsToFit }) => epochsToFit)),
        epochs: epochsCell(trials),
      };
    }),
  };
}

/** Accuracies over one axis, a line for each combination of the others. */
function plotsOf(name: string, cells: readonly Cell[], axis: string, results: Results): Plot[] {
  const lines = Map.groupBy(cells, ({ coordinates }) =>
    nameCell(coordinates.filter((coordinate) => coordinate.axis !== axis)),
  );
  const xs = cells.map((cell) => valueOn(cell, axis) as number);
  const plot = (
    split: "train" | "test",
    measurementOf: (trials: readonly TrialResult[]) => Measurement,
  ): Plot => ({
    name: `${name}-${split}-by-${titleOf(axis)}`,
    title: `${split === "train" ? "Training" : "Test"} accuracy by ${titleOf(axis)}`,
    caption: "After the last epoch, means over seeds.",
    x: { label: titleOf(axis), unit: unitOf(axis, xs), domain: null },
    y: { label: `${split === "train" ? "Training" : "Test"} accuracy`, unit: "share", domain: [0, 1] },
    guides: [],
    series: [...lines].map(([title, line]) => ({
      title: lines.size === 1 ? name : title,
      points: line
        .map((cell) => ({ x: valueOn(cell, axis) as number, trials: results.of(cell.condition) }))
        .filter(({ trials }) => trials.length > 0)
        .sort((a, b) => a.x - b.x)
        .map(({ x, trials }) => pointOf(x, measurementOf(trials))),
      paper: [],
    })),
  });
  return [
    plot("train", (trials) => measureTrials(trials, trainAccuracy, { limits: SHARE })),
    plot("test", (trials) => measureTrials(trials, testAccuracy, { limits: SHARE })),
  ];
}
