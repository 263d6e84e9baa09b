/**
 * @file Live progress of a test: one bar for the whole, one for each trial that is running.
 *
 * On a terminal the bars move. In a pipe, and on a terminal that cannot be steered, there are lines instead: one at
 * once, one for each trial that ends, and in between one now and then.
 */

import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { percent } from "../base/percent.ts";
import { formatDuration, formatNoun } from "../report/format.ts";
import { kindOfSpec, nameEscalated } from "../run/kinds.ts";
import type { RunEvent, TrialState } from "../run/record.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { scoreText } from "../verdict/words.ts";
import { withFlags } from "./flags.ts";
import { isSteered } from "./output.ts";
import type { NameTrial } from "./trial-names.ts";

/** Gives the trials that are planned their names. */
type NamesOf = (planned: readonly TrialState[]) => NameTrial;

/** What a terminal shows of a test. */
export interface Progress {
  show(event: RunEvent): void;
  stop(): void;
}

/** A trial in few words, such as `20 % random labels, seed 2`. */
const nameInTest: NameTrial = ({ spec, escalation }) =>
  `${nameEscalated(kindOfSpec(spec, escalation))}, seed ${spec.seed}`;

/** Those that have a title by it. */
function namesInTest(planned: readonly TrialState[]): NameTrial {
  const titles = new Map(planned.map(({ id, title }) => [id, title]));
  return (trial) => titles.get(trial.id) ?? nameInTest(trial);
}

const showScore = (score: number | null, told: TrialResult["told"]): string =>
  score === null ? "  - " : scoreText({ tellsNumbers: told === "numbers" })(score);

function describeEnd(trial: TrialResult): string {
  const { status, error, epochs, trainAccuracy, testAccuracy, seconds, told } = trial;

  if (error !== undefined) return `${status} after ${formatNoun(epochs, "epoch")}: ${withFlags(error)}`;
  const numbers = `${told ? "R² " : ""}train ${showScore(trainAccuracy, told)}, test ${showScore(testAccuracy, told)}`;
  return `${status} after ${formatNoun(epochs, "epoch")} in ${formatDuration(seconds)}: ${numbers}`;
}

/** How progress is shown. */
interface ProgressOptions {
  /** Warnings only. */
  readonly quiet?: boolean;
  /** What is done before any trial is planned: shown at once, whatever it takes. */
  readonly begin: string;
  /** Names for the trials that are planned; those of a test unless told. */
  readonly namesOf?: NamesOf;
}

/** Show progress on a stream. */
export function createProgress(
  stream: NodeJS.WriteStream,
  { begin, quiet = false, namesOf = namesInTest }: ProgressOptions,
): Progress {
  if (quiet) return createWarnings(stream, namesOf);
  return isSteered(stream) ? createBars(stream, begin, namesOf) : createLines(stream, begin, namesOf);
}

/** What is told of a trial that did not simply begin: where it goes on, and what went wrong on the way. */
function noteOf(event: RunEvent, nameTrial: NameTrial): string | undefined {
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

/** How much of its epochs a running trial has done, below 1. */
const shareDone = ({ spec }: TrialState, { epoch, share }: { epoch: number; share: number }): number =>
  Math.min(0.999, (epoch - 1 + share) / spec.recipe.epochs);

/** How far all trials are together. */
function createTally() {
  const began = performance.now();
  // By id: what is told of a trial later need not be the object that was planned.
  const shares = new Map<string, number>();
  return {
    take(event: RunEvent): void {
      if (event.type === "planned") for (const trial of event.trials) shares.set(trial.id, 0);
      if (event.type === "ended") shares.set(event.trial.id, 1);
      if (event.type === "trial" && event.event.type === "progress") {
        shares.set(event.trial.id, shareDone(event.trial, event.event));
      }
    },
    /** The share done, how many trials that is, and the time left: empty while nobody can know, and at the end. */
    tell(): { share: number; done: number; planned: number; left: string } {
      const parts = [...shares.values()];
      const share = parts.reduce((total, part) => total + part, 0) / Math.max(1, parts.length);
      const elapsed = (performance.now() - began) / 1000;
      return {
        share,
        planned: parts.length,
        done: parts.filter((part) => part === 1).length,
        left: share > 0.01 && share < 1 ? `${formatDuration((elapsed * (1 - share)) / share)} left` : "",
      };
    },
  };
}

/**
 * Seconds from one line in a pipe to the next: a tenth of what has passed, so that a day leaves no flood.
 */
const pauseAfter = (elapsed: number): number => Math.min(60, Math.max(5, elapsed / 10));

function createLines(stream: NodeJS.WriteStream, begin: string, namesOf: NamesOf): Progress {
  let nameTrial = nameInTest;
  const tally = createTally();
  const began = performance.now();
  let told = began;
  const write = (line: string): void => {
    stream.write(`${line}\n`);
    told = performance.now();
  };
  write(begin);
  return {
    show(event) {
      tally.take(event);
      stream.write(noteOf(event, nameTrial) ?? "");
      if (event.type === "planned") {
        nameTrial = namesOf(event.trials);
        const count = event.trials.length;
        write(`training ${formatNoun(count, tally.tell().planned > count ? "more trial" : "trial")}`);
      } else if (event.type === "ended") {
        const { done, planned } = tally.tell();
        write(`[${done}/${planned}] ${nameTrial(event.trial)}: ${describeEnd(event.result)}`);
      } else if (event.event.type === "progress") {
        const now = performance.now();
        if (now - told < 1000 * pauseAfter((now - began) / 1000)) return;
        const { done, planned, share, left } = tally.tell();
        const { epoch, trainLoss } = event.event;
        const latest = `${nameTrial(event.trial)}: ${tellEpoch(event.trial, epoch)}, loss ${trainLoss.toFixed(3)}`;
        write(`[${done}/${planned}] ${[percent(share), left, latest].filter(Boolean).join(", ")}`);
      }
    },
    stop() {},
  };
}

const tellEpoch = ({ spec }: TrialState, epoch: number): string => `epoch ${epoch}/${spec.recipe.epochs}`;

function createBars(stream: NodeJS.WriteStream, begin: string, namesOf: NamesOf): Progress {
  let nameTrial = nameInTest;
  const format = "{bar} {percentage} %  {text}";
  const bars = new MultiBar(
    { stream, format, barsize: 20, hideCursor: true, clearOnComplete: false, linewrap: false },
    Presets.shades_classic,
  );
  const tally = createTally();
  const running = new Map<TrialState, SingleBar>();
  const whole = bars.create(1000, 0, { text: begin });

  return {
    show(event) {
      tally.take(event);
      if (event.type === "planned") nameTrial = namesOf(event.trials);
      else if (event.type === "ended") {
        const bar = running.get(event.trial);
        if (bar) bars.remove(bar);
        running.delete(event.trial);
        bars.log(`${nameTrial(event.trial)}: ${describeEnd(event.result)}\n`);
      } else {
        showTrial(event.trial, event.event);
        const note = noteOf(event, nameTrial);
        if (note !== undefined) bars.log(note);
      }
      const { share, done, planned, left } = tally.tell();
      whole.update(Math.round(share * 1000), { text: `${done} of ${planned} trials  ${left}` });
    },
    stop() {
      // Stopped once more they would be drawn once more.
      if (bars.isActive) bars.stop();
    },
  };

  function showTrial(trial: TrialState, event: Extract<RunEvent, { type: "trial" }>["event"]): void {
    let bar = running.get(trial);
    if (!bar) {
      bar = bars.create(1000, 0, { text: `${nameTrial(trial)}: preparing the data` });
      running.set(trial, bar);
    }
    if (event.type === "progress") {
      const text = `${nameTrial(trial)}  ${tellEpoch(trial, event.epoch)}  loss ${event.trainLoss.toFixed(3)}`;
      bar.update(Math.round(shareDone(trial, event) * 1000), { text });
    }
    if (event.type === "epoch") {
      const { told } = trial.spec.dataset;
      const { epoch, trainLoss, trainAccuracy, testAccuracy } = event.row;
      const numbers = `loss ${trainLoss?.toFixed(3) ?? "-"}  train ${showScore(trainAccuracy, told)}  test ${showScore(testAccuracy, told)}`;
      bar.update({ text: `${nameTrial(trial)}  ${tellEpoch(trial, epoch)}  ${numbers}` });
    }
  }
}
