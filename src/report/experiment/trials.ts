/**
 * @file The trials of an experiment: a table of all, and those that did not come to their end.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { formatNoun } from "../format.ts";
import { kindOfSpec, nameKind } from "../kinds.ts";
import { formatBest, type Table, tableOf } from "../table.ts";

type Trial = ExperimentResult["trials"][number];

/** The fields of a recipe by path, such as `augment.crop`. */
function fieldsOf(group: object, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(group).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? fieldsOf(value, `${prefix}${name}.`)
      : [[prefix + name, value] as [string, unknown]],
  );
}

/** Paths of the recipe in which trials of one model differ. */
function variedFields(trials: readonly Trial[]): Set<string> {
  const groups = [...Map.groupBy(trials, ({ spec }) => spec.model).values()];
  return new Set(
    groups.flatMap((group) => {
      const values = Map.groupBy(
        group.flatMap(({ spec }) => fieldsOf(spec.recipe)),
        ([path]) => path,
      );
      return [...values]
        .filter(([, fields]) => new Set(fields.map(([, value]) => value)).size > 1)
        .map(([path]) => path);
    }),
  );
}

const kindOf = ({ spec }: Trial): string => nameKind(kindOfSpec(spec));

/** What of a trial's recipe is not that of all others. */
const tellVaried = ({ spec }: Trial, varied: ReadonlySet<string>): string =>
  fieldsOf(spec.recipe)
    .filter(([path]) => varied.has(path))
    .map(([path, value]) => `${path} ${value}`)
    .join(", ");

/** Why a trial ended as it did, in words. */
export function tellEnd({ result }: Trial): string {
  const { status, error, epochs, epochsAllowed } = result;
  const after = `after ${epochs} of ${formatNoun(epochsAllowed, "epoch")}`;
  const why = error === undefined ? "" : `: ${error}`;
  switch (status) {
    case "done":
      return "done";
    case "diverged":
      return `diverged ${after}${why || ": its loss grew beyond bounds"}`;
    case "stopped":
      return `stopped ${after}${why || ": interrupted"}`;
    case "failed":
      return `failed${epochs > 0 ? ` ${after}` : ""}${why || ": no reason was given"}`;
  }
}

/** The trials that did not come to their end: which, and why. */
export function troubles({ trials }: ExperimentResult): { readonly what: string; readonly why: string }[] {
  const varied = variedFields(trials);
  return trials
    .filter(({ result }) => result.status !== "done")
    .map((trial) => {
      const { spec } = trial;
      const parts = [spec.model, kindOf(trial).toLowerCase(), tellVaried(trial, varied), `seed ${spec.seed}`];
      return { what: parts.filter((part) => part !== "").join(", "), why: tellEnd(trial) };
    });
}

/** The trials of an experiment, one a row. */
export function trialsTable({ trials }: ExperimentResult): Table {
  const varied = variedFields(trials);
  const table = tableOf<Trial>(trials, [
    { name: "model", title: "Model", form: "text", read: ({ spec }) => spec.model },
    { name: "kind", title: "Trained on", form: "text", read: kindOf },
    { name: "recipe", title: "Recipe", form: "text", read: (trial) => tellVaried(trial, varied) },
    { name: "seed", title: "Seed", form: "count", read: ({ spec }) => spec.seed },
    { name: "status", title: "Ended", form: "text", read: tellEnd },
    {
      name: "epochs",
      title: "Epochs",
      form: "fraction",
      read: ({ result }) => `${result.epochs}/${result.epochsAllowed}`,
    },
    { name: "epochsToFit", title: "To fit", form: "count", read: ({ result }) => result.epochsToFit },
    { name: "trainLoss", title: "Train loss, nats", form: "number", read: ({ result }) => result.trainLoss },
    {
      name: "trainAccuracy",
      title: "Train accuracy",
      form: "share",
      read: ({ result }) => result.trainAccuracy,
    },
    {
      name: "testAccuracy",
      title: "Test accuracy",
      form: "share",
      read: ({ result }) => result.testAccuracy,
    },
    {
      name: "best",
      title: "Best on the way",
      form: "fraction",
      read: ({ result }) => formatBest(result),
    },
    { name: "seconds", title: "Seconds", form: "number", read: ({ result }) => result.seconds },
    { name: "id", title: "Trial", form: "hash", read: ({ result }) => result.id },
  ]);
  const isShown = (index: number): boolean =>
    !["recipe", "best"].includes(table.columns[index]!.name) ||
    table.rows.some((row) => row[index] !== null && row[index] !== "");
  return {
    columns: table.columns.filter((_, index) => isShown(index)),
    rows: table.rows.map((row) => row.filter((_, index) => isShown(index))),
  };
}
