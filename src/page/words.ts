/**
 * @file States, times and trials in words.
 */

import { percent } from "../base/percent.ts";
import type { InputsName } from "../data/randomization.ts";
import { formatDuration, formatNumber, NOTHING } from "../report/format.ts";
import { shortIdentity } from "../run/contents.ts";
import { nameKind } from "../run/kinds.ts";
import type { TrialStatus } from "../store/states.ts";
import { formatR2 } from "../verdict/words.ts";
import type { TrialCounts, TrialItem } from "../web/api.ts";

/** The states of trials, in the order of their life. */
export const states: readonly TrialStatus[] = ["done", "running", "waiting", "quarantined", "cancelled"];

/** What a state means, for a title. */
export const stateMeaning: Readonly<Record<TrialStatus, string>> = {
  done: "has its result",
  running: "is being trained",
  waiting: "waits for a worker",
  quarantined: "failed the same way several times and is not tried again by itself",
  cancelled: "is not wanted any more",
};

export const sumOf = (counts: TrialCounts): number => states.reduce((sum, state) => sum + counts[state], 0);

/** How many trials are in each state, but for states without any. */
export const tellCounts = (counts: TrialCounts): string =>
  states
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state].toLocaleString("en-US")} ${state}`)
    .join(", ") || "no trials";

/** What a trial trains on, in few words: `Random labels`. */
export const nameTask = ({
  inputs,
  corrupt,
  permuted,
}: Pick<TrialItem, "inputs" | "corrupt" | "permuted">): string =>
  nameKind({ inputs: inputs as InputsName, nominal: corrupt, permuted, escalation: 0 });

/** A trial in few words: `mlp-1x512, random labels, seed 0`. */
export const nameTrial = (
  trial: Pick<TrialItem, "model" | "inputs" | "corrupt" | "permuted" | "seed">,
): string => {
  const task = nameTask(trial);
  return `${shortIdentity(trial.model)}, ${task.charAt(0).toLowerCase()}${task.slice(1)}, seed ${trial.seed}`;
};

/** A measured accuracy, or R squared where numbers are told; a dash if there is none. */
export const showScore = (score: number | null, { tellsNumbers }: Pick<TrialItem, "tellsNumbers">): string =>
  score === null ? NOTHING : tellsNumbers ? `R² ${formatR2(score)}` : percent(score);

/** A measured share; a dash if there is none. */
export const showShare = (share: number | null): string => (share === null ? NOTHING : percent(share));

export const showLoss = (loss: number | null): string => formatNumber(loss);

export const showSeconds = (seconds: number | null): string =>
  seconds === null ? NOTHING : formatDuration(seconds);

/** How far a trial is, in epochs. */
export const showEpochs = ({ epoch, epochsAllowed }: TrialItem): string => `${epoch} of ${epochsAllowed}`;

/** How far a trial is, in `[0, 1]`. */
export const shareDone = ({ epoch, share, epochsAllowed }: TrialItem): number =>
  Math.min(1, (epoch + share) / Math.max(1, epochsAllowed));

/** Seconds as a guess is told: no finer than it is known. */
function showGuess(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time left, as good as it can be told. */
export function tellLeft(secondsLeft: number | null, counts: TrialCounts): string {
  if (counts.waiting + counts.running === 0) return "nothing left to run";
  return secondsLeft === null ? "time left not known yet" : `about ${showGuess(secondsLeft)} left`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** A point in time on the reader's clock: `2026-11-21 11:32:07`. */
export function showTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB"];

/** Text in which no line ends between a number and its percent sign. */
export const keepPercent = (text: string): string => text.replaceAll(/(\d) %/g, "$1\u00a0%");

/** A size in bytes as people read it. */
export function showSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${UNITS[power]}`;
}

/** Fields of a spec whose names do not say what they are. */
const FIELDS: Readonly<Record<string, string>> = {
  corrupt: "labels redrawn",
  "dataset.train": "training examples",
  "dataset.test": "test examples",
};

/** A field of a spec in words: `learning rate` for `recipe.learningRate`. */
export const nameField = (field: string): string =>
  FIELDS[field] ??
  field
    .replace(/^recipe\./, "")
    .replaceAll(".", " ")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
