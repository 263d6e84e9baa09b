/**
 * @file Trials side by side: grouped by anything except the seed unless told, means with their 95 % bands.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatNoun } from "../../report/format.ts";
import { type Grid, plainGrid } from "../../report/grid/grid.ts";
import { formatMeasured, unitSuffix } from "../../report/units.ts";
import type { CompareAnswer, LiveEvent, TrialsAnswer } from "../../web/api.ts";
import { filterOf, listOf } from "../filters.ts";
import { setQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Chart } from "../parts/chart.tsx";
import { Downloads, gridFiles, textFile } from "../parts/downloads.tsx";
import { Choice, Choices } from "../parts/fields.tsx";
import { GridTable } from "../parts/grid-table.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { TrialFilters } from "../parts/trial-filters.tsx";
import { type Patch, useResource } from "../resource.ts";
import { comparePlot, metrics } from "../trial-plots.ts";

/** Lines that a chart can tell apart. */
const MOST_LINES = 12;

/** Curves change with every epoch; so often they are asked for. */
const PAUSE = 3_000;

function patchCompare(answer: CompareAnswer, event: LiveEvent): Patch<CompareAnswer> | null {
  if (event.type !== "trials") return null;
  const shown = new Set(answer.groups.flatMap(({ trials }) => trials));
  return event.trials.some(({ id, state }) => shown.has(id) || state === "running")
    ? { reloadIn: PAUSE }
    : null;
}

/** A field of a spec in words, where its own name is not plain. */
const nameField = (field: string): string =>
  field === "corrupt" ? "labels redrawn" : field.replace(/^recipe\./, "");

/** The page of comparisons. */
export function ComparePage({ address }: { readonly address: URL }): JSX.Element {
  const filter = filterOf(address);
  const asked = listOf(address, "by");
  const metric = (address.searchParams.get("metric") ?? "testAccuracy") as CompareAnswer["metric"];
  const pathBy = (fields: readonly string[]): string => {
    const query = new URLSearchParams(filter);
    if (fields.length > 0) query.set("by", fields.join(","));
    query.set("metric", metric);
    return `/api/compare?${query}`;
  };
  const answer = useResource<CompareAnswer>(pathBy(asked), patchCompare);
  // Unless told, the server groups by every field in which these trials differ, but for the seed.
  const by = answer.data?.by ?? asked;
  const fields = answer.data?.fields ?? by;
  const isSingle =
    address.searchParams.get("singles") === "1" && answer.data !== null && !by.includes("seed");
  const singles = useResource<CompareAnswer>(isSingle ? pathBy([...by, "seed"]) : null, patchCompare);
  const values = useResource<TrialsAnswer>(`/api/trials?${new URLSearchParams([...filter, ["limit", "1"]])}`);
  return (
    <>
      <PageHead
        title="Compare"
        under="Curves over epochs, one a group; a line is the mean over the trials of a group, its band the 95 % interval. Groups differ in anything but the seed, unless told."
      />
      <TrialFilters address={address} values={values.data?.values ?? null} />
      <div class="fields views">
        <Choice
          label="Measure"
          value={metric}
          options={Object.entries(metrics).map(([name, { title }]) => [name, title])}
          onChange={(value) => setQuery({ metric: value === "testAccuracy" ? undefined : value })}
        />
        <Choices
          label="Group by"
          values={by}
          options={[...new Set([...fields, ...by])].map((field) => [field, nameField(field)])}
          onChange={(chosen) => setQuery({ by: chosen.join(",") })}
        />
        <Choices
          label="Show"
          values={isSingle ? ["singles"] : []}
          options={[["singles", "single seeds"]]}
          onChange={(chosen) => setQuery({ singles: chosen.length > 0 ? "1" : undefined })}
        />
      </div>
      <Await resource={answer} what="the curves">
        {(found) =>
          found.groups.length === 0 ? (
            <Empty>No trial that meets these filters has come through an epoch.</Empty>
          ) : (
            <Comparison
              answer={found}
              singles={(isSingle && singles.data?.groups) || NONE}
              csv={`${pathBy(asked)}&format=csv`}
            />
          )
        }
      </Await>
    </>
  );
}

const NONE: readonly CompareAnswer["groups"][number][] = [];

function Comparison({
  answer,
  singles,
  csv,
}: {
  readonly answer: CompareAnswer;
  readonly singles: readonly CompareAnswer["groups"][number][];
  /** Where the server has all its points as CSV. */
  readonly csv: string;
}): JSX.Element {
  const shown = answer.groups.slice(0, MOST_LINES);
  const { plot, figure } = useMemo(
    () => comparePlot({ ...answer, groups: answer.groups.slice(0, MOST_LINES) }, singles),
    [answer, singles],
  );
  const grid = useMemo(() => gridOf(answer), [answer]);
  return (
    <>
      {shown.length < answer.total && (
        <p class="notice">
          The chart shows {shown.length} of {formatNoun(answer.groups.length, "group")}; the table has all.
          Filter, or group by less, to see the others.
        </p>
      )}
      <section>
        <Chart plot={plot} figure={figure} stem={plot.name} />
      </section>
      <section>
        <h2>Where they are</h2>
        <GridTable grid={grid} />
        <Downloads
          of="Groups"
          files={[
            { name: "compare.csv", from: csv },
            {
              name: "compare.json",
              from: textFile(() => JSON.stringify(answer, null, 2), "application/json"),
            },
            ...gridFiles("compare", () => grid),
          ]}
        />
      </section>
    </>
  );
}

/** The groups at their last epoch. */
function gridOf({ metric, groups }: CompareAnswer): Grid {
  const { title, unit } = metrics[metric];
  return plainGrid(
    { name: "compare", title: "Groups", caption: "Each group at its last epoch." },
    [
      ["Group", "left"],
      ["Epoch", "right"],
      [title + unitSuffix(unit), "right"],
      ["n", "right"],
      ["Trials", "right"],
    ],
    groups.map(({ title: name, points, trials }) => {
      const last = points.at(-1);
      const cells = last
        ? [String(last.epoch), formatMeasured({ ...last, value: last.mean }, unit), String(last.n)]
        : ["", "—", "0"];
      return [name, ...cells, String(trials.length)];
    }),
    [
      "Means over the trials of a group, ± half of the 95 % interval (Student’s t); n is how many came to that epoch. They differ in their seeds, and in whatever the groups are not told apart by.",
    ],
  );
}
