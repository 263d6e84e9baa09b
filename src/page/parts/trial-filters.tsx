/**
 * @file The filters of trials, for every page that shows some.
 */

import type { JSX } from "preact";
import { formatShare } from "../../base/percent.ts";
import type { ExperimentItem, TrialsAnswer } from "../../web/api.ts";
import { filterFields, listOf } from "../filters.ts";
import { setQuery } from "../location.ts";
import { useResource } from "../resource.ts";
import { states } from "../words.ts";
import { Choice, Choices, Entry } from "./fields.tsx";
import { useNarrow } from "./narrow.ts";

/** The filters of an address. */
export function TrialFilters({
  address,
  values,
}: {
  readonly address: URL;
  /** What they can be set to. */
  readonly values: TrialsAnswer["values"] | null;
}): JSX.Element {
  const experiments = useResource<readonly ExperimentItem[]>("/api/experiments");
  const now = (field: string): string => address.searchParams.get(field) ?? "";
  // Another filter is another list, which starts at its first page.
  const set =
    (field: string) =>
    (value: string): void =>
      setQuery({ [field]: value, page: undefined });
  const same = (list: readonly string[] = []): (readonly [string, string])[] => list.map((one) => [one, one]);
  const isNarrow = useNarrow();
  const isFiltered = filterFields.some((field) => now(field) !== "");
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choices
          label="State"
          values={listOf(address, "state")}
          options={states.map((state) => [state, state])}
          onChange={(chosen) => set("state")(chosen.join(","))}
        />
        <details class="folded" open={!isNarrow || isFiltered}>
          <summary>Filters</summary>
          <div class="fields">
            <Choice
              label="Experiment"
              value={now("experiment")}
              any="any"
              options={(experiments.data ?? []).map(({ id, title, scale }) => [id, `${title} (${scale})`])}
              onChange={set("experiment")}
            />
            <Choice
              label="Model"
              value={now("model")}
              any="any"
              options={same(values?.model)}
              onChange={set("model")}
            />
            <Choice
              label="Dataset"
              value={now("dataset")}
              any="any"
              options={same(values?.dataset)}
              onChange={set("dataset")}
            />
            <Choice
              label="Inputs"
              value={now("inputs")}
              any="any"
              options={same(values?.inputs)}
              onChange={set("inputs")}
            />
            <Choice
              label="Labels redrawn"
              value={now("corrupt")}
              any="any"
              options={(values?.corrupt ?? []).map((share) => [String(share), formatShare(share)])}
              onChange={set("corrupt")}
            />
            <Choice
              label="Seed"
              value={now("seed")}
              any="any"
              options={same(values?.seed.map(String))}
              onChange={set("seed")}
            />
            <Entry
              label="Id or error"
              type="search"
              value={now("text")}
              onChange={(value) => setQuery({ text: value.trim(), page: undefined }, { replace: true })}
            />
            {isFiltered && (
              <button
                type="button"
                class="plain clear"
                onClick={() =>
                  setQuery({
                    ...Object.fromEntries(filterFields.map((field) => [field, undefined])),
                    page: undefined,
                  })
                }
              >
                Clear filters
              </button>
            )}
          </div>
        </details>
      </form>
    </search>
  );
}
