/**
 * @file The trials of an experiment that are running, and those that ended last.
 */

import type { JSX } from "preact";
import { shortIdentity } from "../../run/contents.ts";
import type { Differing, ExperimentAnswer, LabAnswer, TrialItem } from "../../web/api.ts";
import { HowToWork } from "../parts/no-worker.tsx";
import { State, TrialBar } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { nameField, nameTask, showEpochs, showScore } from "../words.ts";

/** Running trials with live bars, and the latest to end. */
export function ExperimentTrials({ answer }: { readonly answer: ExperimentAnswer }): JSX.Element {
  const { id, running, recent, differing } = answer;
  const lab = useResource<LabAnswer>("/api/lab");
  return (
    <aside aria-label="Trials">
      <h2>Running now</h2>
      {running.length === 0 ? (
        <p class="soft">
          {answer.trials.waiting > 0 && lab.data ? (
            <>
              Nothing; trials wait for a worker.{" "}
              {lab.data.workers === 0 && !lab.data.isWorking && <HowToWork lab={lab.data} />}
            </>
          ) : (
            "Nothing."
          )}
        </p>
      ) : (
        <ul class="running">
          {running.map((trial) => (
            <li key={trial.id}>
              <TrialLine trial={trial} differing={differing} />
              <TrialBar trial={trial} />
              <p class="soft">
                epoch {showEpochs(trial)} · train {showScore(trial.trainAccuracy, trial)} · test{" "}
                {showScore(trial.testAccuracy, trial)}
              </p>
            </li>
          ))}
        </ul>
      )}
      {recent.length > 0 && (
        <>
          <h2>Latest to end</h2>
          <ul class="running">
            {recent.map((trial) => (
              <li key={trial.id}>
                <TrialLine trial={trial} differing={differing} />
                <p class="soft">
                  <State trial={trial} />{" "}
                  {trial.error
                    ? `· ${trial.error}`
                    : `· train ${showScore(trial.trainAccuracy, trial)} · test ${showScore(trial.testAccuracy, trial)}`}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="links">
        <a href={`/trials?experiment=${encodeURIComponent(id)}`}>All its trials</a>
        <a href={`/compare?experiment=${encodeURIComponent(id)}`}>Compare its curves</a>
      </p>
    </aside>
  );
}

/** Fields that differ and are said of a trial at the side; there is no place for more. */
const FEW = 4;

const TrialLine = ({
  trial,
  differing: { fields, values },
}: {
  readonly trial: TrialItem;
  readonly differing: Differing;
}): JSX.Element => (
  <a href={`/trials/${trial.id}`}>
    {shortIdentity(trial.model)}{" "}
    <span class="soft">
      · {nameTask(trial).toLowerCase()}, seed {trial.seed}
      {values[trial.id]?.slice(0, FEW).map((value, index) => `, ${nameField(fields[index]!)} ${value}`)}
    </span>
  </a>
);
