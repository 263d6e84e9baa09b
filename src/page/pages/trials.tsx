/**
 * @file The trials of the lab: filtered, sorted and paged by the server, so that ten thousand are as quick as ten.
 */

import type { JSX } from "preact";
import { formatCount, formatNoun } from "../../report/format.ts";
import { shortIdentity } from "../../run/contents.ts";
import type { Differing, TrialItem, TrialsAnswer } from "../../web/api.ts";
import { filterOf } from "../filters.ts";
import { setQuery, withQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { Downloads } from "../parts/downloads.tsx";
import { useNarrow } from "../parts/narrow.ts";
import { PageHead } from "../parts/page-head.tsx";
import { ScrollBox } from "../parts/scroll-box.tsx";
import { State } from "../parts/state.tsx";
import { TrialFilters } from "../parts/trial-filters.tsx";
import { patchTrials } from "../patches.ts";
import { useResource } from "../resource.ts";
import { columnsFor, trialFiles } from "../trials-grid.ts";

/** Trials on a page. */
const PAGE = 100;

/** The list of trials. */
export function TrialsPage({ address }: { readonly address: URL }): JSX.Element {
  const filter = filterOf(address);
  const isFiltered = filter.size > 0;
  const sort = address.searchParams.get("sort") ?? "";
  const page = Math.max(1, Math.floor(Number(address.searchParams.get("page") ?? 1)) || 1);
  if (sort !== "") filter.set("sort", sort);
  const query = new URLSearchParams(filter);
  query.set("limit", String(PAGE));
  if (page > 1) query.set("offset", String((page - 1) * PAGE));
  const resource = useResource<TrialsAnswer>(`/api/trials?${query}`, patchTrials);
  const total = resource.data?.total;
  return (
    <>
      <PageHead
        title="Trials"
        under={total === undefined ? "Every training run of this lab." : `${formatNoun(total, "trial")}.`}
        actions={
          <a
            href={`/compare${withQuery({ sort: undefined, page: undefined }, address).replace(/^[^?]*/, "")}`}
          >
            Compare their curves
          </a>
        }
      />
      <TrialFilters address={address} values={resource.data?.values ?? null} />
      <Await resource={resource} what="the trials">
        {({ trials, total: all, differing }) =>
          trials.length === 0 ? (
            <Empty>
              {all > 0
                ? "There are not so many pages: "
                : isFiltered
                  ? "No trial meets these filters."
                  : "There is no trial in this lab yet: an experiment that is started has some."}
              {all > 0 && <a href={withQuery({ page: undefined }, address)}>back to the first</a>}
            </Empty>
          ) : (
            <>
              <TrialTable trials={trials} sort={sort} differing={differing} />
              <div class="below">
                <Pager page={page} total={all} address={address} />
                <Downloads of={`All ${formatNoun(all, "trial")}`} files={trialFiles(filter)} />
              </div>
            </>
          )
        }
      </Await>
    </>
  );
}

function TrialTable({
  trials,
  sort,
  differing,
}: {
  readonly trials: readonly TrialItem[];
  readonly sort: string;
  readonly differing: Differing;
}): JSX.Element {
  const columns = columnsFor(differing, useNarrow());
  return (
    <ScrollBox name="Trials">
      <table class="trials">
        <thead>
          <tr>
            <Head title="Model" field="model" align="left" sort={sort} />
            {columns.map(({ title, sort: field, align }) =>
              field === undefined ? (
                <th key={title} scope="col" class={align}>
                  <span class="unsorted">{title}</span>
                </th>
              ) : (
                <Head key={title} title={title} field={field} align={align} sort={sort} />
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {trials.map((trial) => (
            <tr key={trial.id}>
              <th scope="row" class="left">
                <a href={`/trials/${trial.id}`} title={`trial ${trial.id}`}>
                  {shortIdentity(trial.model)}
                </a>
              </th>
              {columns.map(({ title, sort: field, align, show }) => (
                <td key={title} class={align}>
                  {field === "state" ? <State trial={trial} /> : show(trial)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** A title that sorts: up, down, and as it was. */
function Head({
  title,
  field,
  align,
  sort,
}: {
  readonly title: string;
  readonly field: string;
  readonly align: string;
  readonly sort: string;
}): JSX.Element {
  const order = sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  const next = { none: field, ascending: `-${field}`, descending: undefined }[order];
  return (
    <th scope="col" class={align} aria-sort={order}>
      <button type="button" class="sort" onClick={() => setQuery({ sort: next, page: undefined })}>
        {title}
        <span aria-hidden="true">{{ none: "", ascending: " ↑", descending: " ↓" }[order]}</span>
      </button>
    </th>
  );
}

function Pager({
  page,
  total,
  address,
}: {
  readonly page: number;
  readonly total: number;
  readonly address: URL;
}): JSX.Element {
  const last = Math.max(1, Math.ceil(total / PAGE));
  const to = (target: number): string =>
    withQuery({ page: target === 1 ? undefined : String(target) }, address);
  return (
    <nav class="pager" aria-label="Pages of the list">
      {page > 1 && <a href={to(page - 1)}>Previous</a>}
      <span>
        {formatCount((page - 1) * PAGE + 1)} to {formatCount(Math.min(total, page * PAGE))} of{" "}
        {formatCount(total)}
      </span>
      {page < last && <a href={to(page + 1)}>Next</a>}
    </nav>
  );
}
