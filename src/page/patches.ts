/**
 * @file What live events mean for the documents that pages show.
 */

import type { ExperimentAnswer, ExperimentItem, LiveEvent, TrialItem, WorkerItem } from "../web/api.ts";
import type { Patch } from "./resource.ts";

/** Milliseconds until a list is loaded anew of which an event may not tell everything. */
const LIST_PAUSE = 2_000;

/** Items with some replaced by newer ones of the same id; the same array if none is. */
export function replaceItems<T extends { readonly id: string }>(
  items: readonly T[],
  newer: readonly T[],
): readonly T[] {
  const byId = new Map(newer.map((item) => [item.id, item]));
  return items.some(({ id }) => byId.has(id)) ? items.map((item) => byId.get(item.id) ?? item) : items;
}

/** Whether any of the newer items is none of these, or in another state. */
const isMoved = (items: readonly TrialItem[], newer: readonly TrialItem[]): boolean => {
  const states = new Map(items.map(({ id, state }) => [id, state]));
  return newer.some(({ id, state }) => states.get(id) !== state);
};

/** A list of trials: those in it change, and it is loaded anew where others may have come or left. */
export function patchTrials<T extends { readonly trials: readonly TrialItem[] }>(
  answer: T,
  event: LiveEvent,
): Patch<T> | null {
  if (event.type !== "trials") return null;
  const data = { ...answer, trials: replaceItems(answer.trials, event.trials) };
  return event.more || isMoved(answer.trials, event.trials) ? { data, reloadIn: LIST_PAUSE } : { data };
}

/** The list of experiments. */
export function patchExperiments(
  items: readonly ExperimentItem[],
  event: LiveEvent,
): Patch<readonly ExperimentItem[]> | null {
  if (event.type !== "experiments") return null;
  const ids = new Set(items.map(({ id }) => id));
  const isNew = event.experiments.some(({ id }) => !ids.has(id));
  return { data: replaceItems(items, event.experiments), ...(isNew ? { reloadIn: 0 } : {}) };
}

/** One experiment with its running trials. */
export function patchExperiment(answer: ExperimentAnswer, event: LiveEvent): Patch<ExperimentAnswer> | null {
  if (event.type === "experiments") {
    const item = event.experiments.find(({ id }) => id === answer.id);
    const documentVersion = event.documents[answer.id] ?? answer.documentVersion;
    if (item === undefined && documentVersion === answer.documentVersion) return null;
    const isChanged = documentVersion !== answer.documentVersion;
    return { data: { ...answer, ...item, documentVersion }, ...(isChanged ? { reloadIn: 500 } : {}) };
  }
  if (event.type !== "trials") return null;
  const running = replaceItems(answer.running, event.trials);
  return {
    data: running === answer.running ? answer : { ...answer, running },
    ...(event.more || isMoved(answer.running, event.trials) ? { reloadIn: LIST_PAUSE } : {}),
  };
}

/** The workers. */
export function patchWorkers(
  items: readonly WorkerItem[],
  event: LiveEvent,
): Patch<readonly WorkerItem[]> | null {
  if (event.type !== "workers") return null;
  const ids = new Set(items.map(({ id }) => id));
  const added = event.workers.filter(({ id }) => !ids.has(id));
  return { data: [...added, ...replaceItems(items, event.workers)] };
}
