/**
 * @file A trial: its curves as they grow, what it was asked, what happened to it, and what it left behind.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatNumber } from "../../report/format.ts";
import { scoreName } from "../../verdict/words.ts";
import type { EpochPoint, LiveEvent, TrialAnswer } from "../../web/api.ts";
import { Ask } from "../parts/ask.tsx";
import { Await, Empty } from "../parts/await.tsx";
import { Chart } from "../parts/chart.tsx";
import { type Fact, Facts } from "../parts/facts.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Provenance } from "../parts/provenance.tsx";
import { State, TrialBar } from "../parts/state.tsx";
import type { Patch } from "../resource.ts";
import { useResource } from "../resource.ts";
import { trialPlots } from "../trial-plots.ts";
import { nameTask, nameTrial, showEpochs, showLoss, showScore, showSeconds, showShare } from "../words.ts";
import { Confusion, Examples, Misfit } from "./trial-examples.tsx";
import { Attempts, Checkpoints, Conformance, Events, Network, Spec } from "./trial-records.tsx";

/** Milliseconds until what a trial says of itself, and its curves, are asked for again. */
const ANSWER_PAUSE = 2_000;
const CURVES_PAUSE = 400;

function patchTrial(answer: TrialAnswer, event: LiveEvent): Patch<TrialAnswer> | null {
  const item = event.type === "trials" ? event.trials.find(({ id }) => id === answer.id) : undefined;
  if (item === undefined) return null;
  const isOther =
    item.state !== answer.state || item.attempts !== answer.attempts || item.epoch !== answer.epoch;
  return { data: { ...answer, ...item }, ...(isOther ? { reloadIn: ANSWER_PAUSE } : {}) };
}

const patchEpochs =
  (id: string) =>
  (points: readonly EpochPoint[], event: LiveEvent): Patch<readonly EpochPoint[]> | null => {
    const item = event.type === "trials" ? event.trials.find((trial) => trial.id === id) : undefined;
    return item && item.epoch !== (points.at(-1)?.epoch ?? 0) ? { reloadIn: CURVES_PAUSE } : null;
  };

/** The page of a trial. */
export function TrialPage({ id, address }: { readonly id: string; readonly address: URL }): JSX.Element {
  const resource = useResource<TrialAnswer>(`/api/trials/${encodeURIComponent(id)}`, patchTrial);
  return (
    <Await resource={resource} what="the trial">
      {(answer) => <Trial answer={answer} address={address} reload={resource.reload} />}
    </Await>
  );
}

function Trial({
  answer,
  address,
  reload,
}: {
  readonly answer: TrialAnswer;
  readonly address: URL;
  readonly reload: () => void;
}): JSX.Element {
  const { id, state, experiments, provenance } = answer;
  const path = `/api/trials/${encodeURIComponent(id)}`;
  const isOpen = state === "waiting" || state === "running";
  return (
    <>
      <PageHead
        title={nameTrial(answer)}
        over={
          <>
            Trial <code>{id}</code>
            {experiments.map((experiment) => (
              <span key={experiment.id}>
                {" "}
                · <a href={`/experiments/${encodeURIComponent(experiment.id)}`}>{experiment.title}</a>
              </span>
            ))}
          </>
        }
        under={answer.touched ?? `${answer.dataset}, ${nameTask(answer).toLowerCase()}.`}
        actions={
          isOpen ? (
            <Ask
              label="Cancel"
              question="Cancel this trial?"
              consequence="It will not be trained further. Its checkpoints are kept: a retry goes on from them."
              path={`${path}/cancel`}
              onDone={reload}
            />
          ) : state === "done" ? null : (
            <Ask
              label="Retry"
              question="Try this trial again?"
              consequence="It waits for a worker again, and goes on from its last checkpoint if there is one."
              path={`${path}/retry`}
              onDone={reload}
            />
          )
        }
      />
      <section class="status" aria-label="Progress">
        <TrialBar trial={answer} />
        <Facts isStrip facts={factsOf(answer)} />
        {answer.error && (
          <p class="notice bad">
            {state === "quarantined" ? "In quarantine: " : "Its last failure: "}
            {answer.error}
          </p>
        )}
      </section>
      <Curves id={id} name={nameTrial(answer)} tellsNumbers={answer.tellsNumbers} isOpen={isOpen} />
      <Examples trial={answer} address={address} />
      <Misfit id={id} epoch={answer.epoch} />
      <Confusion id={id} confusion={answer.confusion} />
      <Spec answer={answer} />
      <Conformance lines={answer.conformance} isOver={state === "done"} />
      {state === "done" && <Network answer={answer} />}
      <Attempts tries={answer.tries} />
      <Checkpoints checkpoints={answer.checkpoints} />
      <Events events={answer.events} />
      {provenance && (
        <section>
          <Provenance provenance={provenance} />
        </section>
      )}
    </>
  );
}

/** How far the numbers are off, in the target's own unit. */
const tellErrors = ({ testRmse, testMae }: { testRmse: number | null; testMae: number | null }): string =>
  `${formatNumber(testRmse)} (root mean square), ${formatNumber(testMae)} (mean absolute), in the target's unit`;

function factsOf(answer: TrialAnswer): Fact[] {
  const { result } = answer;
  const name = scoreName(answer);
  return [
    ["State", <State trial={answer} />],
    ["Epochs", showEpochs(answer)],
    [`Train ${name}`, showScore(answer.trainAccuracy, answer)],
    [`Test ${name}`, showScore(answer.testAccuracy, answer)],
    [
      "Among the first five answers",
      result?.topFive
        ? `train ${showShare(result.topFive.train)}, test ${showShare(result.topFive.test)}`
        : null,
    ],
    [
      "Train loss",
      answer.trainLoss === null
        ? "–"
        : `${showLoss(answer.trainLoss)} ${answer.tellsNumbers ? "squared deviations" : "nats"}`,
    ],
    ["Test error", result?.regression ? tellErrors(result.regression) : null],
    ["Epochs to fit", result === null ? null : (result.epochsToFit ?? "did not fit")],
    [
      `Best test ${name}`,
      result?.best ? `${showScore(result.best.testAccuracy, answer)} after epoch ${result.best.epoch}` : null,
    ],
    ["Labels changed", result?.labels.realised == null ? null : showShare(result.labels.realised)],
    ["Computed", showSeconds(answer.seconds)],
  ];
}

function Curves({
  id,
  name,
  tellsNumbers,
  isOpen,
}: Pick<TrialAnswer, "id" | "tellsNumbers"> & {
  readonly name: string;
  readonly isOpen: boolean;
}): JSX.Element {
  const path = `/api/trials/${encodeURIComponent(id)}`;
  const resource = useResource<readonly EpochPoint[]>(`${path}/epochs`, patchEpochs(id));
  const drawn = useMemo(
    () => trialPlots(name, resource.data ?? [], tellsNumbers),
    [resource.data, name, tellsNumbers],
  );
  return (
    <section aria-label="Curves">
      <Await resource={resource} what="the curves">
        {(points) =>
          points.length === 0 ? (
            <Empty>
              {isOpen
                ? "No epoch has ended yet; the curves draw themselves as epochs do."
                : "No epoch came to its end, so there are no curves."}
            </Empty>
          ) : (
            <div class="two">
              {drawn.map(({ plot, figure }) => (
                <Chart key={plot.name} plot={plot} figure={figure} stem={`trial-${id}-${plot.name}`} />
              ))}
            </div>
          )
        }
      </Await>
    </section>
  );
}
