/**
 * @file An experiment in a few words: where it is from, how large it is, how much was done.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { shortIdentity } from "../../run/contents.ts";
import { formatNoun } from "../format.ts";
import { troubles } from "./trials.ts";

/** Where it is in the paper, and at which scale it was run. */
export function tellScale({ source, scale, name }: ExperimentResult): string {
  const size = {
    paper: "at the paper’s scale",
    small: "at small scale",
    smoke: "at smoke scale: it shows that everything runs, not what is true",
    custom: "at a scale of its own",
  }[scale];
  return source === null ? `Experiment ${name}` : `${source}, ${size}`;
}

/** How many trials there are, of how many models and seeds. */
export function tellTrials(result: ExperimentResult): string {
  const { trials } = result;
  if (trials.length === 0) return "";
  const models = new Set(trials.map(({ spec }) => shortIdentity(spec.model)));
  const seeds = new Set(trials.map(({ spec }) => spec.seed));
  const data = new Set(trials.map(({ spec }) => spec.dataset.name));
  const ended = trials.length - troubles(result).length;
  const all = ended === trials.length ? "" : ` (${ended} to the end)`;
  const named = models.size <= 3 ? [...models].join(", ") : formatNoun(models.size, "model");
  return `${formatNoun(trials.length, "trial")}${all} of ${named} on ${[...data].join(", ")}, ${formatNoun(seeds.size, "seed")}.`;
}
