/**
 * @file What differs between a trial that was recorded and the same trial, trained again.
 */

import { canonicalJson, type Json } from "../base/json.ts";
import type { TrialResult } from "./trial-record.ts";

/** What a trial comes to, apart from its history and its parameters. */
const OUTCOME = [
  "status",
  "epochs",
  "steps",
  "fit",
  "epochsToFit",
  "epochsTo95",
  "best",
  "memorising",
  "labels",
  "trainLoss",
  "trainAccuracy",
  "testAccuracy",
  "testAccuracyCorrupted",
  "confusion",
  "hits",
] as const;

/** Whether two trials are equal, part by part, and how far apart their numbers are. */
export interface TrialDifference {
  /** Whether the randomized data are; null where their hash was not recorded. */
  readonly data: boolean | null;
  readonly outcome: boolean;
  readonly history: boolean;
  /** Null where their hash was not recorded. */
  readonly parameters: boolean | null;
  /** Fields of the outcome that differ, as documents call them. */
  readonly fields: readonly string[];
  /** Largest distance of two accuracies of one kind and epoch, in `[0, 1]`; null if there are none to compare. */
  readonly accuracy: number | null;
  /** The same of losses, in nats. */
  readonly loss: number | null;
}

/** Whether nothing that was recorded differs. */
export const isEqual = ({ data, outcome, history, parameters }: TrialDifference): boolean =>
  data !== false && outcome && history && parameters !== false;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compare a trial with its record.
 *
 * @param recorded - As its document has it: what older documents did not say is not compared.
 * @param again - The same trial, trained again.
 */
export function compareTrials(recorded: object, again: TrialResult): TrialDifference {
  const then = recorded as Fields;
  // As a document would hold it.
  const now: Fields = JSON.parse(JSON.stringify(again));
  const fields = OUTCOME.filter((field) => field in then && !isSame(then[field], now[field]));
  const hash = (field: "dataHash" | "parametersHash"): boolean | null =>
    typeof then[field] === "string" ? then[field] === now[field] : null;
  const distance = { accuracy: null, loss: null } as Distances;
  for (const field of OUTCOME) widen(distance, field, then[field], now[field]);
  const [rows, others] = [rowsOf(then), rowsOf(now)];
  for (const [epoch, row] of rows) widen(distance, "history", row, others.get(epoch));
  return {
    data: hash("dataHash"),
    outcome: fields.length === 0,
    history: isSame(then["history"], now["history"]),
    parameters: hash("parametersHash"),
    fields,
    ...distance,
  };
}

/** Whether a value has all that was recorded of it, byte for byte as JSON. */
const isSame = (recorded: unknown, value: unknown): boolean =>
  canonicalJson(recorded as Json) === canonicalJson((within(recorded, value) ?? null) as Json);

/** The part of a value that has fields in a record. */
function within(recorded: unknown, value: unknown): unknown {
  if (Array.isArray(recorded) && Array.isArray(value)) {
    return value.map((item, index) => (index < recorded.length ? within(recorded[index], item) : item));
  }
  if (!isObject(recorded) || !isObject(value)) return value;
  const kept = Object.keys(recorded).filter((key) => key in value);
  return Object.fromEntries(kept.map((key) => [key, within(recorded[key], value[key])]));
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The rows of a history by their epoch. */
const rowsOf = ({ history }: Fields): Map<unknown, unknown> =>
  new Map((history as Fields[]).map((row) => [row["epoch"], row]));

interface Distances {
  accuracy: number | null;
  loss: number | null;
}

/** Widen distances by those of the accuracies and losses in two values. */
function widen(distances: Distances, name: string, then: unknown, now: unknown): void {
  if (isObject(then) && isObject(now)) {
    // Shares of the examples whose labels were changed, and of the others, are accuracies by another name.
    for (const key of Object.keys(then))
      widen(distances, name === "apart" ? "accuracy" : key, then[key], now[key]);
  }
  if (typeof then !== "number" || typeof now !== "number") return;
  const kind = /loss$/i.test(name) ? "loss" : /accuracy/i.test(name) ? "accuracy" : undefined;
  if (kind) distances[kind] = Math.max(distances[kind] ?? 0, Math.abs(then - now));
}
