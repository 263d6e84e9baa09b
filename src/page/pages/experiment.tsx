/**
 * @file An experiment: its figure drawing itself as trials finish, its table, its claims, and what is running.
 */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { tellOutcome } from "../../report/experiment/outcome.ts";
import { formatNoun } from "../../report/format.ts";
import type { ExperimentAnswer } from "../../web/api.ts";
import { Ask } from "../parts/ask.tsx";
import { Await } from "../parts/await.tsx";
import { DocumentParts } from "../parts/document.tsx";
import { Facts } from "../parts/facts.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { CountsBar } from "../parts/state.tsx";
import { patchExperiment } from "../patches.ts";
import { useResource } from "../resource.ts";
import { showSeconds, showTime, sumOf, tellCounts, tellLeft } from "../words.ts";
import { ExperimentTrials } from "./experiment-trials.tsx";

/** Where the server has an experiment. */
const pathOf = (id: string): string => `/api/experiments/${encodeURIComponent(id)}`;

/** The page of an experiment. */
export function ExperimentPage({ id }: { readonly id: string }): JSX.Element {
  const resource = useResource<ExperimentAnswer>(pathOf(id), patchExperiment);
  return (
    <Await resource={resource} what="the experiment">
      {(answer) => <Experiment answer={answer} reload={resource.reload} />}
    </Await>
  );
}

function Experiment({
  answer,
  reload,
}: {
  readonly answer: ExperimentAnswer;
  readonly reload: () => void;
}): JSX.Element {
  const { id, title, source, scale, question, trials, documentVersion } = answer;
  const path = pathOf(id);
  const document = useResource<ExperimentResult>(`${path}/document`);
  const drawn = useRef(documentVersion);
  const again = document.reload;
  useEffect(() => {
    if (drawn.current === documentVersion) return;
    drawn.current = documentVersion;
    again();
  });
  const open = trials.waiting + trials.running;
  const stuck = trials.quarantined + trials.cancelled;
  return (
    <>
      <PageHead
        title={title}
        over={`${source ?? "An experiment of your own"} · ${scale} scale`}
        under={question}
        actions={
          <>
            {open > 0 && (
              <Ask
                label="Cancel"
                question={`Cancel ${formatNoun(open, "trial")}?`}
                consequence={`${formatNoun(trials.running, "running trial")} and ${trials.waiting} waiting of “${title}” will not be trained. What is done stays, and checkpoints are kept: a retry goes on from them.`}
                path={`${path}/cancel`}
                onDone={reload}
              />
            )}
            {stuck > 0 && (
              <Ask
                label="Retry"
                question={`Try ${formatNoun(stuck, "trial")} again?`}
                consequence={`${trials.quarantined} quarantined and ${trials.cancelled} cancelled of “${title}” will wait for a worker, with the number of their failures back at none.`}
                path={`${path}/retry`}
                onDone={reload}
              />
            )}
          </>
        }
      />
      <section class="status" aria-label="Progress">
        <CountsBar counts={trials} of={title} />
        <Facts
          isStrip
          facts={[
            [
              "Trials",
              <>
                <strong>{trials.done.toLocaleString("en-US")}</strong> of{" "}
                {sumOf(trials).toLocaleString("en-US")} done
              </>,
            ],
            ["States", tellCounts(trials)],
            ["Time left", tellLeft(answer.secondsLeft, trials)],
            ["Computed so far", showSeconds(answer.seconds)],
            ["Started", <time dateTime={answer.createdAt}>{showTime(answer.createdAt)}</time>],
            ["Priority", answer.priority === 0 ? null : answer.priority],
          ]}
        />
      </section>
      <div class="split">
        <div>
          <Await resource={document} what="the figure and the table">
            {(result) => (
              <DocumentParts
                path={path}
                result={result}
                files={answer.files}
                outcome={result.summary ?? tellOutcome(result)}
                repetitions="seeds"
                json={{ name: `${id}.json`, from: `${path}/document` }}
                tableTitle={(table) => (table.title === title ? "Ours beside the paper’s" : table.title)}
              />
            )}
          </Await>
        </div>
        <ExperimentTrials answer={answer} />
      </div>
    </>
  );
}
