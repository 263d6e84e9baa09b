/**
 * @file Trials side by side: grouped by anything except the seed unless told, means with their 95 % bands. Groups can be
 * hidden and pinned, and epochs looked at closely; the address says all of it.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CompareAnswer, LiveEvent, TrialsAnswer } from "../../web/api.ts";
import { comparePlot, metrics } from "../compare-plot.ts";
import { type CompareView, splitOf, viewOf } from "../compare-view.ts";
import { filterOf, listOf } from "../filters.ts";
import { setQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Chart } from "../parts/chart.tsx";
import { Choice, Choices, Entry } from "../parts/fields.tsx";
import { useNarrow } from "../parts/narrow.ts";
import { PageHead } from "../parts/page-head.tsx";
import { TrialFilters } from "../parts/trial-filters.tsx";
import { type Patch, useResource } from "../resource.ts";
import { nameField } from "../words.ts";
import { CompareTable } from "./compare-table.tsx";

/** Curves change with every epoch; so often they are asked for. */
const PAUSE = 3_000;

function patchCompare(answer: CompareAnswer, event: LiveEvent): Patch<CompareAnswer> | null {
  if (event.type !== "trials") return null;
  const shown = new Set(answer.groups.flatMap(({ trials }) => trials));
  return event.trials.some(({ id, state }) => shown.has(id) || state === "running")
    ? { reloadIn: PAUSE }
    : null;
}

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
  const view = viewOf(address);
  const isNarrow = useNarrow();
  const isSingle = address.searchParams.get("singles") === "1";
  const isPaired = answer.data !== null && !by.includes("seed") && (isSingle || view.pinned.length > 0);
  const singles = useResource<CompareAnswer>(isPaired ? pathBy([...by, "seed"]) : null, patchCompare);
  const values = useResource<TrialsAnswer>(`/api/trials?${new URLSearchParams([...filter, ["limit", "1"]])}`);
  return (
    <>
      <PageHead
        title="Compare"
        under="Curves over epochs, one a group; a line is the mean over the trials of a group, its band the 95 % interval. Groups differ in anything but the seed, unless told."
      />
      <TrialFilters address={address} values={values.data?.values ?? null} />
      <details class="folded" open={!isNarrow}>
        <summary>View</summary>
        <div class="fields views">
          <Choice
            label="Measure"
            value={metric}
            options={Object.entries(metrics).map(([name, { title }]) => [name, title])}
            onChange={(value) => setQuery({ metric: value === "testAccuracy" ? undefined : value })}
          />
          <Choice
            label="Side by side"
            value={(answer.data && splitOf(answer.data, view.split)) ?? "none"}
            options={[
              ["none", "nothing, one chart"],
              ...by.map((field) => [field, nameField(field)] as const),
            ]}
            onChange={(split) => setQuery({ split })}
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
          <Epochs view={view} />
        </div>
      </details>
      <Await resource={answer} what="the curves">
        {(found) =>
          found.groups.length === 0 ? (
            <Empty>No trial that meets these filters has come through an epoch.</Empty>
          ) : (
            <Comparison
              answer={found}
              view={view}
              isSingle={isSingle}
              singles={(isPaired && singles.data?.groups) || NONE}
              csv={`${pathBy(asked)}&format=csv`}
            />
          )
        }
      </Await>
    </>
  );
}

const NONE: readonly CompareAnswer["groups"][number][] = [];

/** The first and the last epoch that are shown; a chart sets them, too, when a stretch of it is dragged over. */
const Epochs = ({ view }: { readonly view: CompareView }): JSX.Element => (
  <>
    {(["from", "to"] as const).map((end) => (
      <Entry
        key={end}
        label={end === "from" ? "From epoch" : "to"}
        type="number"
        min={1}
        step={1}
        value={String(view[end] ?? "")}
        onChange={(value) => setQuery({ [end]: value }, { replace: true })}
      />
    ))}
    {(view.from ?? view.to) !== null && (
      <button type="button" class="plain clear" onClick={() => setQuery({ from: undefined, to: undefined })}>
        All epochs
      </button>
    )}
  </>
);

function Comparison({
  answer,
  view,
  isSingle,
  singles,
  csv,
}: {
  readonly answer: CompareAnswer;
  readonly view: CompareView;
  readonly isSingle: boolean;
  readonly singles: readonly CompareAnswer["groups"][number][];
  /** Where the server has all its points as CSV. */
  readonly csv: string;
}): JSX.Element {
  const told = JSON.stringify(view);
  const { plot, figure } = useMemo(
    () => comparePlot(answer, isSingle ? singles : NONE, view),
    [answer, isSingle, singles, told],
  );
  return (
    <>
      {answer.groups.length < answer.total && (
        <p class="notice">
          These are {answer.groups.length} of {answer.total} groups. Filter, or group by less, to see the
          others.
        </p>
      )}
      <section>
        <Chart
          plot={plot}
          figure={figure}
          stem={plot.name}
          onRange={([low, high]) =>
            setQuery({
              from: String(Math.ceil(low)),
              to: String(Math.max(Math.ceil(low) + 1, Math.floor(high))),
            })
          }
        />
      </section>
      <CompareTable answer={answer} view={view} singles={singles} csv={csv} />
    </>
  );
}
