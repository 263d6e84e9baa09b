/**
 * @file The trials of an experiment: a table of all, and those that did not come to their end.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { shortIdentity } from "../../run/contents.ts";
import { kindOfSpec, nameKind } from "../../run/kinds.ts";
import type { TrialResult } from "../../run/trial-record.ts";
import { tellNumbers } from "../../verdict/words.ts";
import { formatNoun } from "../format.ts";
import type { Grid } from "../grid/grid.ts";
import { listGrid } from "../grid/list-grid.ts";
import { errorColumns, lengthColumns, outcomeColumns } from "../trial-columns.ts";
import { wordingFor } from "../wording.ts";

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
      // A field that some have and others have not tells them apart, too.
      return [...values]
        .filter(
          ([, fields]) => fields.length < group.length || new Set(fields.map(([, value]) => value)).size > 1,
        )
        .map(([path]) => path);
    }),
  );
}

const kindOf = ({ spec }: Pick<Trial, "spec">): string => nameKind(kindOfSpec(spec));

/** What of a trial's recipe is not that of all others. */
const tellVaried = ({ spec }: Pick<Trial, "spec">, varied: ReadonlySet<string>): string =>
  fieldsOf(spec.recipe)
    .filter(([path]) => varied.has(path))
    .map(([path, value]) => `${path} ${value}`)
    .join(", ");

/** Why a trial ended as it did, in words. */
function tellEnd({ status, error, epochs, epochsAllowed }: TrialResult): string {
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
      const parts = [
        shortIdentity(spec.model),
        kindOf(trial).toLowerCase(),
        tellVaried(trial, varied),
        `seed ${spec.seed}`,
      ];
      return { what: parts.filter((part) => part !== "").join(", "), why: tellEnd(trial.result) };
    });
}

/** The trials of an experiment, one a row. */
export function trialsGrid({ trials }: ExperimentResult): Grid {
  const varied = variedFields(trials);
  return listGrid<TrialResult & Pick<Trial, "spec">>(
    trials.map(({ spec, result }) => ({ ...result, spec })),
    [
      { title: "Model", unit: "text", read: ({ spec }) => shortIdentity(spec.model) },
      { title: "Trained on", unit: "text", read: kindOf },
      { title: "Recipe", unit: "text", isOptional: true, read: (trial) => tellVaried(trial, varied) },
      { title: "Seed", unit: "count", read: ({ spec }) => spec.seed },
      { title: "Ended", unit: "text", read: tellEnd },
      ...lengthColumns,
      ...outcomeColumns(wordingFor(tellNumbers(trials.map(({ result }) => result)))),
      ...errorColumns,
    ],
    {
      name: "trials",
      title: "Every trial",
      caption: "The trials, one a row; a trial’s name is the hash of its spec",
    },
  );
}
