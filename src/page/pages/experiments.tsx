/**
 * @file The experiments of the lab: how far each is, what it cost, and how to start one.
 */

import type { JSX } from "preact";
import { formatNoun } from "../../report/format.ts";
import type { ExperimentItem, LabAnswer } from "../../web/api.ts";
import { setQuery } from "../location.ts";
import { Await, Empty } from "../parts/await.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { CountsBar } from "../parts/state.tsx";
import { patchExperiments } from "../patches.ts";
import { useResource } from "../resource.ts";
import { showSeconds, sumOf, tellCounts, tellLeft } from "../words.ts";
import { StartDialog } from "./start-dialog.tsx";

/** The list of experiments. */
export function ExperimentsPage({ address }: { readonly address: URL }): JSX.Element {
  const experiments = useResource<readonly ExperimentItem[]>("/api/experiments", patchExperiments);
  const lab = useResource<LabAnswer>("/api/lab", (_, { type }) =>
    type === "experiments" || type === "workers" ? { reloadIn: 2_000 } : null,
  );
  const asked = address.searchParams.get("start");
  return (
    <>
      <PageHead
        title="Experiments"
        under={
          lab.data
            ? `${formatNoun(lab.data.experiments, "experiment")}, ${tellCounts(lab.data.trials)}; ${
                lab.data.workers === 0
                  ? "no worker is here"
                  : `${formatNoun(lab.data.workers, "worker")} at work`
              }.`
            : "Does a network learn, or does it memorize?"
        }
        actions={
          <button type="button" class="strong" onClick={() => setQuery({ start: "choose" })}>
            Start an experiment …
          </button>
        }
      />
      <Await resource={experiments} what="the experiments">
        {(items) =>
          items.length === 0 ? (
            <Empty>
              There is no experiment in this lab yet. Start one here, or with{" "}
              <code>shatter run figure-1b --scale smoke</code>, which takes about a minute.
            </Empty>
          ) : (
            <ul class="experiments">
              {items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </ul>
          )
        }
      </Await>
      {asked !== null && <StartDialog asked={asked} />}
    </>
  );
}

function Item({ item }: { readonly item: ExperimentItem }): JSX.Element {
  const { id, title, source, scale, trials, seconds, secondsLeft } = item;
  return (
    <li>
      <div class="what">
        <h2>
          <a href={`/experiments/${encodeURIComponent(id)}`}>{title}</a>
        </h2>
        <p class="soft">
          {source ?? "an experiment of your own"} · {scale} scale
        </p>
      </div>
      <div class="progress">
        <CountsBar counts={trials} of={title} />
        <p class="soft">{tellCounts(trials)}</p>
      </div>
      <div class="numbers">
        <p class="big">
          {trials.done.toLocaleString("en-US")}
          <span class="soft"> of {formatNoun(sumOf(trials), "trial")}</span>
        </p>
        <p class="soft">{tellLeft(secondsLeft, trials)}</p>
        <p class="soft">{showSeconds(seconds)} computed</p>
      </div>
    </li>
  );
}
