/**
 * @file Live progress of a test: one bar for the whole, one for each trial that is running.
 *
 * On a terminal the bars move; in a pipe each trial leaves one line when it ends.
 */

import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { percent } from "../base/percent.ts";
import type { TestEvent, TrialState } from "../lab/randomization-test.ts";
import type { TrialResult } from "../lab/result.ts";
import { formatDuration } from "../report/format.ts";
import { nameEscalated } from "../report/kinds.ts";
import type { NameTrial } from "./trial-names.ts";

/** Gives the trials that are planned their names. */
type NamesOf = (planned: readonly TrialState[]) => NameTrial;

/** What a terminal shows of a test. */
export interface Progress {
  show(event: TestEvent): void;
  stop(): void;
}

/** A trial in few words, such as `20 % random labels, seed 2`. */
const nameInTest: NameTrial = ({ spec: { inputs, corrupt, seed }, escalation }) =>
  `${nameEscalated({ inputs, nominal: corrupt, escalation })}, seed ${seed}`;

const showShare = (share: number | null): string => (share === null ? "  - " : percent(share));

function describeEnd({ status, error, epochs, trainAccuracy, testAccuracy, seconds }: TrialResult): string {
  if (error !== undefined) return `${status} after ${epochs} epochs: ${error}`;
  const numbers = `train ${showShare(trainAccuracy)}, test ${showShare(testAccuracy)}`;
  return `${status} after ${epochs} epochs in ${formatDuration(seconds)}: ${numbers}`;
}

/** How progress is shown. */
interface ProgressOptions {
  /** Warnings only. */
  readonly quiet?: boolean;
  /** Names for the trials that are planned; those of a test unless told. */
  readonly namesOf?: NamesOf;
}

/** Show progress on a stream. */
export function createProgress(
  stream: NodeJS.WriteStream,
  { quiet = false, namesOf = () => nameInTest }: ProgressOptions = {},
): Progress {
  if (quiet) return createWarnings(stream, namesOf);
  return stream.isTTY ? createBars(stream, namesOf) : createLines(stream, namesOf);
}

/** What is told of a trial that did not simply begin: where it goes on, and what went wrong on the way. */
function noteOf(event: TestEvent, nameTrial: NameTrial): string | undefined {
  if (event.type !== "trial") return undefined;
  const { trial, event: happened } = event;
  if (happened.type === "warning") return `${nameTrial(trial)}: warning: ${happened.text}\n`;
  if (happened.type !== "resumed") return undefined;
  const { epochs, ended } = happened;
  if (ended) return `${nameTrial(trial)}: was done before\n`;
  return `${nameTrial(trial)}: was interrupted, goes on after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}\n`;
}

function createWarnings(stream: NodeJS.WriteStream, namesOf: NamesOf): Progress {
  let nameTrial = nameInTest;
  return {
    show(event) {
      if (event.type === "planned") nameTrial = namesOf(event.trials);
      if (event.type === "trial" && event.event.type === "warning")
        stream.write(noteOf(event, nameTrial) ?? "");
    },
    stop() {},
  };
}

function createLines(stream: NodeJS.WriteStream, namesOf: NamesOf): Progress {
  let nameTrial = nameInTest;
  let planned = 0;
  let ended = 0;
  return {
    show(event) {
      stream.write(noteOf(event, nameTrial) ?? "");
      if (event.type === "planned") {
        planned += event.trials.length;
        nameTrial = namesOf(event.trials);
      }
      if (event.type === "ended") {
        ended++;
        stream.write(`[${ended}/${planned}] ${nameTrial(event.trial)}: ${describeEnd(event.result)}\n`);
      }
    },
    stop() {},
  };
}

function createBars(stream: NodeJS.WriteStream, namesOf: NamesOf): Progress {
  let nameTrial = nameInTest;
  const format = "{bar} {percentage} %  {text}";
  const bars = new MultiBar(
    { stream, format, barsize: 20, hideCursor: true, clearOnComplete: false, linewrap: false },
    Presets.shades_classic,
  );
  const began = performance.now();
  const running = new Map<TrialState, SingleBar>();
  const shares = new Map<TrialState, number>();
  let whole: SingleBar | undefined;

  const showWhole = (): void => {
    const share = [...shares.values()].reduce((total, part) => total + part, 0) / Math.max(1, shares.size);
    const elapsed = (performance.now() - began) / 1000;
    const left = share > 0.01 ? `${formatDuration((elapsed * (1 - share)) / share)} left` : "";
    const done = [...shares.values()].filter((part) => part === 1).length;
    whole?.update(Math.round(share * 1000), { text: `${done} of ${shares.size} trials  ${left}` });
  };

  return {
    show(event) {
      if (event.type === "planned") {
        for (const trial of event.trials) shares.set(trial, 0);
        nameTrial = namesOf(event.trials);
        whole ??= bars.create(1000, 0, { text: "" });
      } else if (event.type === "ended") {
        shares.set(event.trial, 1);
        const bar = running.get(event.trial);
        if (bar) bars.remove(bar);
        running.delete(event.trial);
        bars.log(`${nameTrial(event.trial)}: ${describeEnd(event.result)}\n`);
      } else {
        showTrial(event.trial, event.event);
        const note = noteOf(event, nameTrial);
        if (note !== undefined) bars.log(note);
      }
      showWhole();
    },
    stop() {
      // Stopped once more they would be drawn once more.
      if (bars.isActive) bars.stop();
    },
  };

  function showTrial(trial: TrialState, event: Extract<TestEvent, { type: "trial" }>["event"]): void {
    const { epochs } = trial.spec.recipe;
    let bar = running.get(trial);
    if (!bar) {
      bar = bars.create(1000, 0, { text: `${nameTrial(trial)}: preparing the data` });
      running.set(trial, bar);
    }
    if (event.type === "progress") {
      const share = Math.min(0.999, (event.epoch - 1 + event.share) / epochs);
      shares.set(trial, share);
      const text = `${nameTrial(trial)}  epoch ${event.epoch}/${epochs}  loss ${event.trainLoss.toFixed(3)}`;
      bar.update(Math.round(share * 1000), { text });
    }
    if (event.type === "epoch") {
      const { epoch, trainLoss, trainAccuracy, testAccuracy } = event.row;
      const numbers = `loss ${trainLoss?.toFixed(3) ?? "-"}  train ${showShare(trainAccuracy)}  test ${showShare(testAccuracy)}`;
      bar.update({ text: `${nameTrial(trial)}  epoch ${epoch}/${epochs}  ${numbers}` });
    }
  }
}
